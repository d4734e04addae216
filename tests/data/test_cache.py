"""The cache: decode once, notice every change, survive damage, do without."""

import os
import time

import numpy as np
import pytest

from reportgen.data import cache as cache_module
from reportgen.data import contents, load, split
from reportgen.data.sources import digits, image_folder, npz
from reportgen.files.atomic import partial_folder
from reportgen.files.resources import cache_folder


@pytest.fixture
def decodings(monkeypatch):
    """How often an npz file was decoded."""
    calls = []
    decode = npz._decode
    monkeypatch.setattr(npz, "_decode", lambda path: calls.append(path) or decode(path))
    return calls


@pytest.fixture
def another_process(monkeypatch):
    """Forgets what this process knows of entries."""
    return lambda: monkeypatch.setattr(cache_module, "_sound", {})


def entries(cache):
    return list((cache / "data").iterdir())


def test_the_folder_is_chosen_by_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("REPORTGEN_CACHE", str(tmp_path / "here"))
    assert cache_folder() == tmp_path / "here"
    monkeypatch.delenv("REPORTGEN_CACHE")
    assert cache_folder().name == "reportgen"


def test_a_file_is_decoded_once(write_npz, decodings):
    path = write_npz()
    first, second = load("npz", path), load("npz", path)
    assert len(decodings) == 1
    assert first.digest == second.digest
    assert (first.classes, first.origin) == (second.classes, second.origin)
    np.testing.assert_array_equal(first.train_inputs, second.train_inputs)


@pytest.mark.parametrize("module", [digits, image_folder])
def test_the_other_sources_are_cached_too(module, pictures, monkeypatch):
    path = pictures if module is image_folder else None
    source = "folder" if module is image_folder else "digits"
    first = load(source, path)
    monkeypatch.setattr(module, "_decode", lambda *_: pytest.fail("decoded again"))
    second = load(source, path)
    assert first.digest == second.digest
    assert first.default_seed == second.default_seed == 0


def test_archives_are_decoded_once_and_the_defaults_stay(cifar, cache, monkeypatch):
    from reportgen.data.sources import cifar10

    cifar.place(cache)
    first = load("cifar10")
    monkeypatch.setattr(cifar10, "_decode", lambda *_: pytest.fail("decoded again"))
    second = load("cifar10")
    assert (first.digest, first.default_train) == (second.digest, second.default_train)


def test_a_changed_file_is_decoded_again(write_npz, decodings):
    path = write_npz()
    before = load("npz", path)
    write_npz(y_test=np.array([2, 2, 2, 1, 1, 0]))
    assert load("npz", path).digest != before.digest
    os.utime(path, ns=(1, 1))  # touched, and not changed
    load("npz", path)
    assert len(decodings) == 2


def settle(path):
    """Wait until a file's times tell every further change, as those of files that lie about do."""
    while time.time() - path.stat().st_ctime <= contents.SETTLED:
        time.sleep(0.01)


def test_a_file_replaced_by_one_of_the_same_size_and_time_is_decoded_again(write_npz, decodings, monkeypatch):
    monkeypatch.setattr(contents, "SETTLED", 0.05)
    path = write_npz()
    os.utime(path, ns=(1, 1))
    settle(path)
    before = load("npz", path)
    assert load("npz", path).digest == before.digest
    other = write_npz("other.npz", y_train=np.arange(12)[::-1] % 3)
    for replace in (other.replace, lambda target: target.write_bytes(other.read_bytes())):
        write_npz("other.npz", y_train=np.arange(12)[::-1] % 3)
        os.utime(other, ns=(1, 1))
        settle(other)
        old = path.stat()
        replace(path)
        os.utime(path, ns=(1, 1))
        assert (path.stat().st_size, path.stat().st_mtime_ns) == (old.st_size, old.st_mtime_ns)
        after = load("npz", path)
        assert after.digest != before.digest
        assert after.train_labels.tolist() == (np.arange(12)[::-1] % 3).tolist()
    assert len(decodings) == 2  # what the file holds was known


def test_an_image_replaced_by_one_of_the_same_size_and_time_is_decoded_again(pictures, picture, monkeypatch):
    monkeypatch.setattr(contents, "SETTLED", 0.05)
    file = picture(pictures / "train/cat/0.png", (1, 2, 3))
    os.utime(file, ns=(1, 1))
    settle(file)
    before, size = load("folder", pictures), file.stat().st_size
    picture(file, (3, 2, 1))
    os.utime(file, ns=(1, 1))
    assert file.stat().st_size == size
    after = load("folder", pictures)
    assert after.digest != before.digest
    assert after.train_inputs[0, 0, 0].tolist() == [3, 2, 1]


def test_a_change_within_the_tick_of_a_coarse_clock_is_noticed(write_npz, decodings, monkeypatch):
    """Here the clock does not move at all: nothing but what the file holds tells the two apart."""
    path = write_npz()
    frozen = path.stat()
    stat = type(path).stat
    monkeypatch.setattr(type(path), "stat", lambda self, **_: frozen if self == path else stat(self))
    before = load("npz", path)
    write_npz(y_train=np.arange(12)[::-1] % 3)
    assert load("npz", path).digest != before.digest
    assert len(decodings) == 2


def test_a_settled_file_is_not_read_again(write_npz, monkeypatch):
    monkeypatch.setattr(contents, "SETTLED", 0.05)
    path = write_npz()
    settle(path)
    load("npz", path)
    monkeypatch.setattr(contents.hashlib, "file_digest", lambda *_: pytest.fail("read again"))
    load("npz", path)


def test_a_file_that_changes_while_it_is_read_is_refused_and_not_kept(write_npz, cache, refused, monkeypatch):
    path, decode = write_npz(), npz._decode

    def late(file):
        write_npz(y_train=np.arange(12)[::-1] % 3)
        return decode(file)

    monkeypatch.setattr(npz, "_decode", late)
    assert "changed while they were read: start again" in refused("npz", path)
    assert not (cache / "data").exists()


def test_a_changed_folder_is_decoded_again(pictures, picture):
    before = load("folder", pictures)
    picture(pictures / "test/dog/1.png", (9, 9, 9))
    after = load("folder", pictures)
    assert after.digest != before.digest
    assert after.test_inputs[3, 0, 0].tolist() == [9, 9, 9]
    (pictures / "test/dog/1.png").rename(pictures / "test/dog/2.png")
    picture(pictures / "train/cat/4.png")
    assert len(load("folder", pictures).train_inputs) == 9


def other_bytes(file):
    content = file.read_bytes()
    file.write_bytes(content[:-8] + bytes(255 - byte for byte in content[-8:]))


def truncate(file):
    file.write_bytes(file.read_bytes()[:-10])


@pytest.mark.parametrize(
    "damage",
    [
        ("train_inputs.npy", other_bytes),
        ("train_labels.npy", other_bytes),
        ("train_labels.npy", lambda file: np.save(file, np.load(file).astype("u8"))),
        ("test_inputs.npy", lambda file: np.save(file, np.asfortranarray(np.load(file)))),
        ("test_labels.npy", lambda file: np.save(file, np.load(file)[:5])),
        ("meta.json", lambda file: file.write_text(file.read_text().replace('"1"', '"7"'))),
        ("train_inputs.npy", truncate),
        ("test_labels.npy", lambda file: file.unlink()),
        ("train_labels.npy", lambda file: file.write_bytes(b"")),
        ("test_inputs.npy", lambda file: np.save(file, np.zeros((2, 2)))),
        ("meta.json", truncate),
        ("meta.json", lambda file: file.write_text("[]")),
        ("meta.json", lambda file: file.write_bytes(b"\xff\xfe")),
        ("meta.json", lambda file: file.write_text("{}")),
    ],
)
def test_a_damaged_entry_is_built_anew(damage, cache, write_npz, decodings, another_process):
    path = write_npz()
    good = load("npz", path)
    digest, images = good.digest, np.array(good.train_inputs)
    (entry,) = entries(cache)
    name, carry_out = damage
    carry_out(entry / name)
    another_process()
    again = load("npz", path)
    assert len(decodings) == 2
    assert again.digest == digest
    np.testing.assert_array_equal(again.train_inputs, images)
    load("npz", path)
    assert len(decodings) == 2


def test_of_a_damaged_entry_there_is_a_note_and_one_alone(cache, write_npz, another_process, capsys):
    path = write_npz()
    load("npz", path)
    assert capsys.readouterr().err == ""
    (entry,) = entries(cache)
    other_bytes(entry / "train_inputs.npy")
    another_process()
    for _ in range(2):
        load("npz", path)
    assert capsys.readouterr().err == (
        f"note: {entry}: the data that were kept here are damaged; they are read from their source again\n"
    )


def test_an_entry_is_held_against_its_digest_once(write_npz, monkeypatch):
    path = write_npz()
    load("npz", path)
    monkeypatch.setattr(cache_module, "digest_of", lambda _: pytest.fail("once more"))
    load("npz", path)


def test_nothing_half_written_stays_when_writing_fails(cache, write_npz, monkeypatch):
    save = np.save

    def full_disk(file, array, **options):
        if "test_inputs" in str(file):
            raise OSError(28, "No space left on device")
        save(file, array, **options)

    monkeypatch.setattr(cache_module.np, "save", full_disk)
    assert len(load("npz", write_npz()).train_inputs) == 12
    assert entries(cache) == []


def test_an_error_in_the_source_leaves_no_entry(cache, write_npz, refused):
    refused("npz", write_npz(y_train=np.zeros(3)))
    assert not (cache / "data").exists()


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path, write_npz, monkeypatch, decodings):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("REPORTGEN_CACHE", str(tmp_path / "file/cache"))
    path = write_npz()
    assert load("npz", path).digest == load("npz", path).digest
    assert len(decodings) == 2
    assert len(load("digits").train_inputs) == 1297


def test_another_process_may_finish_first(cache, write_npz, monkeypatch):
    decode = npz._decode
    path = write_npz()

    def slow(file):
        with monkeypatch.context() as inner:
            inner.setattr(npz, "_decode", decode)
            load("npz", path)  # the other process
        return decode(file)

    monkeypatch.setattr(npz, "_decode", slow)
    data = load("npz", path)
    assert len(data.train_inputs) == 12
    assert len(entries(cache)) == 1


def test_the_arrays_are_mapped_and_changing_them_changes_no_file(write_npz):
    path = write_npz()
    data = load("npz", path)
    assert isinstance(data.train_inputs, np.memmap)
    before = int(data.train_inputs[0, 0, 0, 0])
    data.train_inputs[0, 0, 0, 0] ^= 255
    assert load("npz", path).train_inputs[0, 0, 0, 0] == before
    parts = split(data, train=8, validation=4)
    assert np.shares_memory(parts.train.inputs, data.train_inputs)


def test_leftovers_are_swept_and_what_others_are_at_work_on_is_not(cache, write_npz):
    path = write_npz()
    load("npz", path)
    (entry,) = entries(cache)
    left = cache / "data/.partial-0123456789abcdef"
    with partial_folder(cache / "data") as at_work:
        left.mkdir()
        left.with_suffix(".lock").touch()
        load("npz", path)  # which writes nothing
        assert at_work.is_dir()
        assert not left.exists()
    assert entries(cache) == [entry]
