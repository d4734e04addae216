// Languages and theme: what the address asks for, else what was chosen last, else as the page is written.
{
  const { all } = report;

  const switches = { shown: 'lang', theme: 'theme' }; // the name of each switch, and what the address calls it
  const value = input => input.id.slice(input.id.indexOf('-') + 1);

  const recall = key => {
    try {
      return localStorage.getItem(`reportgen-${key}`);
    } catch { // a browser that keeps nothing
      return null;
    }
  };
  const keep = (key, chosen) => {
    const address = new URL(location);
    address.searchParams.set(key, chosen);
    const ways = [
      () => history.replaceState(history.state, '', address),
      () => localStorage.setItem(`reportgen-${key}`, chosen),
    ];
    for (const way of ways) {
      try {
        way();
      } catch { // refused: the choice holds for as long as the page is open
      }
    }
  };

  // ---- style rules hide the other languages' words in the text; in attributes and in the title they are exchanged

  const language = document.documentElement.lang;
  const named = all('[data-words]').map(element => ({
    mixed: element.getAttribute('aria-label') ?? element.textContent,
    alone: JSON.parse(element.dataset.words),
    write: element.hasAttribute('aria-label')
      ? words => element.setAttribute('aria-label', words)
      : words => { element.textContent = words; },
  }));
  const speak = () => {
    const chosen = document.querySelector('[name=shown]:checked');
    document.documentElement.lang = chosen?.closest('[lang]').lang || language;
    for (const { mixed, alone, write } of named) write((chosen && alone[value(chosen)]) ?? mixed);
  };

  // ---- whoever switches goes on reading where they were: the first block that begins below the bar stays at its
  // height, or the one that fills the screen

  const blocks = all('.page > :not(main, .contents), main > *');
  let place = null;
  const hold = () => {
    const edge = document.querySelector('.bar').getBoundingClientRect().bottom;
    const frames = blocks.map(block => block.getBoundingClientRect());
    const first = holds => frames.findIndex(frame => frame.height > 0 && holds(frame));
    const begins = first(({ top }) => top >= edge && top < innerHeight);
    const index = begins >= 0 ? begins : first(({ bottom }) => bottom > edge);
    place = scrollY > 0 && index >= 0 ? { index, top: frames[index].top } : null;
  };
  const release = () => {
    if (!place) return;
    const { index, top } = place;
    const step = blocks[index].matches('.zh') ? 1 : -1; // to the same words in another language
    const block = [index, index + step, index - step].map(at => blocks[at]).find(each => each?.checkVisibility());
    if (block) scrollBy(0, block.getBoundingClientRect().top - top);
    place = null;
  };

  const asked = new URLSearchParams(location.search);
  for (const [name, key] of Object.entries(switches)) {
    const inputs = all(`[name=${name}]`);
    const wanted = [asked.get(key), recall(key)].map(code => inputs.find(input => value(input) === code));
    wanted.find(Boolean)?.click();
    for (const input of inputs) {
      input.closest('label').addEventListener('pointerdown', hold);
      input.addEventListener('keydown', hold);
      input.addEventListener('change', () => {
        keep(key, value(input));
        speak();
        release();
      });
    }
  }
  speak();
  // the words may have moved what the address leads to
  document.querySelector(':target')?.scrollIntoView();
}
