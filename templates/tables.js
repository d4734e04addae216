// Tables: sorted by a column, filtered, their heads kept in sight.
{
  const { all, make, word, say } = report;

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

  // ---- filtering: over a table of many rows, a field; the rows stay that hold all of its words

  const MANY = 8; // rows

  for (const frame of all('.table')) {
    const rows = all('tbody tr', frame);
    if (rows.length < MANY) continue;
    const field = make('input', { type: 'search' });
    const count = make('span', { className: 'count' });
    field.oninput = () => {
      const wanted = field.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
      rows.forEach(row => { row.hidden = false; });
      const texts = rows.map(row => row.innerText.toLocaleLowerCase()); // what is shown, in its language alone
      const left = rows.filter((row, place) => wanted.every(part => texts[place].includes(part)));
      rows.forEach(row => { row.hidden = !left.includes(row); });
      const values = { left: left.length, rows: rows.length };
      count.replaceChildren(wanted.length ? word('rows', values) : '');
      say('rows', values);
    };
    frame.prepend(make('div', { className: 'filter' }, make('label', {}, word('filter'), field), count));
  }

  // ---- frames: one that is wider than the page scrolls, is reached by keyboard, and keeps names and heads in sight

  const reach = new ResizeObserver(entries => {
    for (const { target } of entries) {
      const scrolls = target.scrollWidth > target.clientWidth + 1;
      target.classList.toggle('scrolls', scrolls);
      target.classList.toggle('fits', !scrolls);
      if (scrolls) target.tabIndex = 0;
      else target.removeAttribute('tabindex');
    }
  });
  for (const frame of all('.table')) {
    const table = frame.querySelector('table');
    table.caption.id = `caption-${table.id}`;
    frame.role = 'region';
    frame.setAttribute('aria-labelledby', table.caption.id);
  }
  for (const frame of all('.table, .figure, .answer, .formula')) reach.observe(frame);
}
