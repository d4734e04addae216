// Comfort for readers whose browser runs scripts, in files by what it is for, which the page has as one script.
// All of it is put on the page from here, so that nothing stands there that does not work.
'use strict';

/** What the other files use. */
const report = (() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  // words in the page's languages, with values in their places; the name itself where a page lacks them
  const word = (name, values = {}) => {
    const words = document.getElementById(`word-${name}`)?.content.cloneNode(true);
    if (!words) return name;
    for (const place of all('data', words)) place.replaceWith(String(values[place.value]));
    return words;
  };

  const status = make('p', { className: 'unseen', role: 'status' });
  document.body.append(status);
  const say = (name, values) => status.replaceChildren(word(name, values));

  const copy = async text => {
    try {
      await navigator.clipboard.writeText(text);
    } catch { // an older browser, or one that keeps its clipboard from files
      const field = make('textarea', { value: text, className: 'unseen' });
      document.body.append(field);
      field.select();
      document.execCommand('copy');
      field.remove();
    }
  };

  // what a link within the page leads to
  const target = ({ hash }) => {
    const name = hash.slice(1);
    try {
      return document.getElementById(decodeURIComponent(name));
    } catch { // a per cent sign that encodes nothing
      return document.getElementById(name);
    }
  };

  return { all, make, word, say, copy, target };
})();

{
  const { all, target } = report;

  // ---- contents: the section that is read is marked, and kept in sight

  const links = all('.contents a');
  const headings = links.map(target);
  let current = null;
  const follow = () => {
    const ended = scrollY > 0 && scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
    const passed = headings.filter(heading => heading.getBoundingClientRect().top < innerHeight * 0.3);
    const link = links[(ended ? headings.length : passed.length) - 1] ?? null;
    if (link === current) return;
    current?.removeAttribute('aria-current');
    link?.setAttribute('aria-current', 'location');
    current = link;
    const contents = (link ?? links[0]).closest('.contents');
    const [frame, mark] = [contents, link ?? links[0]].map(element => element.getBoundingClientRect());
    if (mark.top < frame.top || mark.bottom > frame.bottom - 40) {
      contents.scrollTop += mark.top - frame.top - frame.height / 3;
    }
  };
  addEventListener('scroll', () => requestAnimationFrame(follow), { passive: true });
  addEventListener('resize', follow);
  follow();

  // ---- what drops from the bar goes away again: one at a time, by Escape, by a click beside it

  const drops = all('.bar details');
  const close = except => drops.filter(drop => drop !== except).forEach(drop => { drop.open = false; });
  drops.forEach(drop => drop.addEventListener('toggle', () => drop.open && close(drop)));
  addEventListener('keydown', event => {
    const open = drops.find(drop => drop.open);
    if (event.key !== 'Escape' || !open) return;
    open.querySelector('summary').focus();
    close();
  });
  addEventListener('click', event => {
    if (!event.target.closest('.bar details, .contents') || event.target.closest('.contents a')) close();
  });
}
