// What a script adds to the page of all reports: sorting, filtering, two runs held against each other, and a
// memory for language and theme, which it shares with the reports. Nothing stands there that does not work.
'use strict';
{
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const byId = id => document.getElementById(id);
  const word = name => byId(`word-${name}`).content.cloneNode(true);
  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  // ---- languages and theme: what the address asks for, else what was chosen last

  const value = input => input.id.slice(input.id.indexOf('-') + 1);
  const kept = work => {
    try {
      return work();
    } catch { // a browser that keeps nothing
      return null;
    }
  };
  const asked = new URLSearchParams(location.search);
  for (const [name, key] of [['shown', 'lang'], ['theme', 'theme']]) {
    const inputs = all(`[name=${name}]`);
    const wanted = [asked.get(key), kept(() => localStorage.getItem(`reportgen-${key}`))];
    const found = wanted.map(code => inputs.find(input => value(input) === code)).find(Boolean);
    if (found) found.checked = true;
    for (const input of inputs) {
      input.addEventListener('change', () => {
        kept(() => localStorage.setItem(`reportgen-${key}`, value(input)));
        const address = new URL(location);
        address.searchParams.set(key, value(input));
        kept(() => history.replaceState(null, '', address));
      });
    }
  }

  // words where no markup can be: those of the languages that are shown
  const spoken = name => {
    const chosen = value(document.querySelector('[name=shown]:checked'));
    const spans = [...byId(`word-${name}`).content.children];
    return spans.filter(span => chosen === 'both' || !span.className || span.className === chosen).map(span => span.textContent).join(' ');
  };
  const speak = () => {
    document.documentElement.lang = document.querySelector('[name=shown]:checked').closest('[lang]').lang;
    for (const element of all('[data-word]')) element.textContent = spoken(element.dataset.word);
    for (const element of all('[data-about]')) element.setAttribute('aria-label', `${spoken('choose_run')}: ${element.dataset.about}`);
  };
  all('[name=shown]').forEach(input => input.addEventListener('change', speak));

  const table = byId('runs');
  if (table) {
    const rows = all('tbody tr', table);
    const data = JSON.parse(byId('data').textContent);
    const status = byId('count');
    all('.tools').forEach(tools => { tools.hidden = false; });

    // ---- filtering: every word somewhere in the row

    const filter = byId('filter');
    const experiment = byId('experiment');
    const texts = new Map(rows.map(row => [row, row.textContent.toLocaleLowerCase()]));
    const show = () => {
      const words = filter.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
      const chosen = experiment?.value ?? '';
      for (const row of rows) {
        const named = !chosen || row.dataset.experiment === chosen;
        row.hidden = !named || !words.every(each => texts.get(row).includes(each));
      }
      const count = rows.filter(row => !row.hidden).length;
      status.replaceChildren(`${count} / ${rows.length} `, word('shown_of'));
    };
    filter.addEventListener('input', show);
    experiment?.addEventListener('change', show);
    show();

    // ---- sorting: rising, falling, then as it was

    const number = text => parseFloat(/-?\d+(\.\d+)?/.exec(text)?.[0] ?? 'NaN');
    const headers = all('thead th', table);
    headers.forEach((header, column) => {
      const button = make('button', { type: 'button', className: 'sort' }, make('span', {}, ...header.childNodes));
      button.onclick = () => {
        const next = { ascending: 'descending', descending: null }[header.getAttribute('aria-sort')];
        const direction = next === undefined ? 'ascending' : next;
        headers.forEach(other => other.removeAttribute('aria-sort'));
        if (direction) header.setAttribute('aria-sort', direction);
        const text = row => row.cells[column].textContent.trim();
        const known = rows.filter(row => text(row));
        const numeric = /accuracy|audit/.test(header.className);
        const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
        const compare = numeric ? (a, b) => number(text(a)) - number(text(b)) : (a, b) => order.compare(text(a), text(b));
        const sign = direction === 'descending' ? -1 : 1;
        const sorted = direction ? known.sort((a, b) => sign * compare(a, b)) : rows;
        table.tBodies[0].append(...sorted, ...(direction ? rows.filter(row => !text(row)) : []));
        status.replaceChildren(word(direction ?? 'unsorted'));
      };
      header.append(button);
    });

    // ---- two runs held against each other

    const pair = byId('pair');
    const boxes = rows.map(row => {
      const box = make('input', { type: 'checkbox', className: 'choose' });
      box.dataset.about = `${row.dataset.experiment}, ${row.cells[0].textContent}`;
      row.cells[1].prepend(box);
      return box;
    });

    const line = (name, cells, difference = '') => {
      const same = cells[0].textContent === cells[1].textContent;
      return make('tr', { className: same ? '' : 'differs' }, make('th', { scope: 'row' }, name), ...cells, make('td', {}, difference));
    };
    const cell = content => make('td', {}, content ?? '');
    const percent = (share, decimals) => share === undefined ? '\u2013' : `${(100 * share).toFixed(decimals)}%`;
    const points = (difference, decimals) => `${difference < 0 ? '\u2212' : '+'}${Math.abs(100 * difference).toFixed(decimals)}`;
    const copy = (row, column) => {
      const content = row.cells[column].cloneNode(true);
      all('input, small a', content).forEach(each => each.remove());
      return make('td', {}, ...content.childNodes);
    };
    const named = name => byId(`word-${name.replaceAll(' ', '_')}`) ? word(name.replaceAll(' ', '_')) : name;

    const compare = chosen => {
      const [first, second] = chosen.map(index => rows[index]);
      const [a, b] = chosen.map(index => {
        const [decimals, facts, means] = data.runs[index];
        return { decimals, facts, means: means.map(([place, mean]) => [...data.setups[place], mean]) };
      });
      const head = make('tr', {}, make('td'), ...[first, second].map(row => {
        const title = row.querySelector('.whole, .title');
        const inside = title.cloneNode(true).childNodes;
        return make('th', { scope: 'col' }, title.href ? make('a', { href: title.href }, ...inside) : make('span', {}, ...inside));
      }), make('th', { scope: 'col' }, word('difference')));
      const title = column => headers[column].querySelector('.sort > span').cloneNode(true);
      const lines = [0, 2, 3, 4, 5, 6]
        .map(column => [title(column), [copy(first, column), copy(second, column)]])
        .filter(([, cells]) => cells.some(each => each.textContent.trim()))
        .map(([name, cells]) => line(name, cells));
      const key = ([at, setup]) => `${at}\n${setup}`;
      const means = [a, b].map(each => new Map(each.means.map(mean => [key(mean), mean[2]])));
      const both = new Map([...a.means, ...b.means].map(mean => [key(mean), mean]));
      for (const [name, [at, setup]] of both) {
        const [before, after] = means.map(each => each.get(name));
        const known = before !== undefined && after !== undefined;
        lines.push(line(make('span', {}, `${setup} \u00b7 `, named(at)), [cell(percent(before, a.decimals)), cell(percent(after, b.decimals))], known ? points(after - before, Math.max(a.decimals, b.decimals)) : ''));
      }
      data.facts.forEach((fact, place) => lines.push(line(named(fact), [cell(a.facts[place]), cell(b.facts[place])])));
      pair.querySelector('div').replaceChildren(make('table', {}, make('thead', {}, head), make('tbody', {}, ...lines)));
      pair.hidden = false;
      pair.focus();
      pair.scrollIntoView({ block: 'nearest' });
    };

    const close = () => {
      pair.hidden = true;
      boxes.forEach(box => { box.checked = false; });
    };
    const order = [];
    boxes.forEach((box, index) => box.addEventListener('change', () => {
      if (!box.checked) {
        order.splice(order.indexOf(index), 1);
        pair.hidden = true;
        return;
      }
      order.push(index);
      if (order.length > 2) boxes[order.shift()].checked = false;
      // the older run stands first, so that the difference is what has changed since
      if (order.length === 2) compare([...order].sort((a, b) => rows[a].cells[0].textContent.localeCompare(rows[b].cells[0].textContent)));
    }));
    byId('close').addEventListener('click', () => {
      const last = order.at(-1);
      order.length = 0;
      close();
      boxes[last]?.focus();
    });
    addEventListener('keydown', event => {
      if (event.key === 'Escape' && !pair.hidden) byId('close').click();
    });
    addEventListener('pageshow', () => boxes.forEach(box => { box.checked = false; }));
  }
  speak();
}
