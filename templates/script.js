// Comfort for readers whose browser runs scripts: sorting, copying, contents that follow, curves picked at
// their figure. All of it is put on the page from here, so that nothing stands there that does not work.
'use strict';
{
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const word = name => document.getElementById(`word-${name}`).content.cloneNode(true);
  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  const status = make('p', { className: 'unseen', role: 'status' });
  const say = name => status.replaceChildren(word(name));
  document.body.append(status);

  // ---- sorting: a button in each header of a data table; rising, falling, then as it was

  // "1,234", "32.70% ± 0.52", "[34.84%, 35.65%]", "+0.15", "6 / 10", "< 0.001": the first number counts
  const number = text => {
    const found = /^[\s[<>]*([-\u2212+]?)(\u221e|\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?)/i.exec(text);
    if (!found) return NaN;
    const size = found[2] === '\u221e' ? Infinity : Number(found[2].replaceAll(',', ''));
    const below = text.trim().startsWith('<') ? 1 - 1e-9 : 1;
    return (/[-\u2212]/.test(found[1]) ? -size : size) * below;
  };

  // the text in a column; none where one cell spans several
  const cell = (row, column) => {
    let place = 0;
    for (const { colSpan, textContent } of row.cells) {
      if (place + colSpan > column) return colSpan > 1 ? '' : textContent.trim();
      place += colSpan;
    }
    return '';
  };
  const missing = text => text === '' || text === '\u2013';

  const sorted = (rows, column, sign) => {
    const texts = new Map(rows.map(row => [row, cell(row, column)]));
    const known = rows.filter(row => !missing(texts.get(row)));
    const numbers = new Map(known.map(row => [row, number(texts.get(row))]));
    const numeric = known.every(row => !Number.isNaN(numbers.get(row)));
    const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
    const compare = numeric
      ? (a, b) => Math.sign(numbers.get(a) - numbers.get(b)) || 0 // two infinities are equal
      : (a, b) => order.compare(texts.get(a), texts.get(b));
    known.sort((a, b) => sign * compare(a, b));
    return [...known, ...rows.filter(row => missing(texts.get(row)))];
  };

  for (const table of all('table:not(.settings, .audit)')) {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const headers = [...table.tHead.rows[0].cells];
    if (rows.length < 2) continue;
    headers.forEach((header, column) => {
      const name = make('span', {}, ...header.childNodes);
      const button = make('button', { type: 'button', className: 'sort' }, name);
      button.onclick = () => {
        const next = { ascending: 'descending', descending: null }[header.ariaSort];
        const direction = next === undefined ? 'ascending' : next;
        headers.forEach(other => other.removeAttribute('aria-sort'));
        if (direction) header.setAttribute('aria-sort', direction);
        table.classList.toggle('sorted', Boolean(direction));
        body.append(...(direction ? sorted(rows, column, direction === 'ascending' ? 1 : -1) : rows));
        say(direction ?? 'unsorted');
      };
      header.append(button);
    });
  }

  // ---- copying code

  const write = async text => {
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

  for (const pre of all('pre.code, pre.command')) {
    const button = make('button', { type: 'button', className: 'copy' }, word('copy'));
    button.onclick = async () => {
      const lines = all('.line', pre).map(line => line.textContent.replace('\u200b', ''));
      await write(lines.length ? lines.join('\n') : pre.querySelector('code').textContent);
      button.focus();
      button.replaceChildren(word('copied'));
      say('copied');
      setTimeout(() => button.replaceChildren(word('copy')), 2000);
    };
    const caption = pre.parentNode.querySelector(':scope > figcaption');
    if (caption) caption.append(button);
    else pre.prepend(button);
  }

  // ---- curves: the names at a figure become buttons, for keyboards and for those who listen

  for (const label of all('label[data-curve]')) {
    const box = document.getElementById(label.htmlFor);
    const button = make('button', { type: 'button', className: label.className }, ...label.childNodes);
    const show = () => { button.ariaPressed = String(box.checked); };
    button.dataset.curve = label.dataset.curve;
    button.onclick = () => box.click();
    box.addEventListener('change', show);
    addEventListener('pageshow', show); // a browser that comes back remembers its boxes
    show();
    label.replaceWith(button);
  }

  // ---- contents: the section that is read is marked, and kept in sight

  const contents = document.querySelector('.contents');
  const links = all('a', contents);
  const headings = links.map(link => document.getElementById(link.hash.slice(1)));
  let current = null;
  const follow = () => {
    const ended = scrollY > 0 && scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
    const passed = headings.filter(heading => heading.getBoundingClientRect().top < innerHeight * 0.3);
    const link = links[(ended ? headings.length : passed.length) - 1] ?? null;
    if (link === current) return;
    current?.removeAttribute('aria-current');
    link?.setAttribute('aria-current', 'location');
    current = link;
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

  // ---- what scrolls sideways can be reached and scrolled by keyboard

  const reach = new ResizeObserver(entries => {
    for (const { target } of entries) {
      const scrolls = target.scrollWidth > target.clientWidth + 1;
      if (scrolls) target.tabIndex = 0;
      else target.removeAttribute('tabindex');
    }
  });
  all('.table').forEach(frame => {
    const caption = frame.querySelector('caption');
    caption.id = `caption-${frame.firstElementChild.id}`;
    frame.role = 'region';
    frame.setAttribute('aria-labelledby', caption.id);
  });
  all('.table, .figure, .formula').forEach(frame => reach.observe(frame));
}
