// Figures of curves as instruments: values at the pointer, zoom, seeds, scales, differences, files to save. The
// drawings on the page stay for paper, and for a browser that runs no scripts.
{
  const { finite, course, write, interval } = curveNumbers;
  const { draw, extent, widen, file } = curveDrawing;
  const SVG = curveDrawing.make;

  const word = name => document.getElementById(`word-${name}`).content.cloneNode(true);
  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  // a text in all its languages, of which the style sheet shows those that are chosen
  const spans = passages => passages.map(([lang, className, text], n) =>
    lang ? make('span', { lang, className }, n ? ` ${text}` : text) : text);
  const key = passages => passages.map(([, , text]) => text).join(' ');

  const status = make('p', { className: 'unseen', ariaLive: 'polite' });

  const unpack = async packed => {
    const bytes = Uint8Array.from(atob(packed), char => char.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
    return JSON.parse(await new Response(stream).text());
  };

  // ---- looks

  let setups = [];
  const place = name => setups.findIndex(setup => setup.name === name);
  // a setup's class comes first: the style sheet fades by it
  const classes = ({ owner, name, look }) =>
    `${place(owner) >= 0 && key(name) === owner ? `series-${place(owner)} ` : ''}${look.hue}`;

  const swatch = ({ hue, dashes, marker }) => {
    const line = SVG('path', { class: 'line', d: 'M1,6H27', ...(dashes && { 'stroke-dasharray': dashes }) });
    const marks = marker ? [SVG('path', { class: 'mark', d: marker, transform: 'translate(14,6)' })] : [];
    const element = SVG('svg', { class: `swatch ${hue}`, viewBox: '0 0 28 12', width: 28, height: 12 }, line, ...marks);
    element.ariaHidden = 'true';
    return element;
  };

  // ---- saving

  const save = (name, type, text) => {
    const link = make('a', { download: name, href: URL.createObjectURL(new Blob([text], { type })) });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };

  // a text that a spreadsheet would compute has an apostrophe before it, as in the records' files
  const guarded = text => text.replace(/^(?='*[=+\-@\t\r])/, "'");
  const cell = value => {
    const text = String(value ?? '');
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };

  // the values behind a figure: a row for each owner, seed and x, a column for each quantity
  const table = ({ lines, columns: [owner, x] }) => {
    const seeded = lines.some(line => line.seeds);
    const columns = seeded ? [...new Set(lines.map(line => line.column))] : [lines[0].column, 'low', 'high'];
    const rows = new Map();
    for (const line of lines) {
      (line.seeds ?? [null]).forEach((seed, n) => line.x.forEach((value, at) => {
        const start = [guarded(line.owner), ...(seeded ? [guarded(seed)] : []), value];
        const name = JSON.stringify(start);
        if (!rows.has(name)) rows.set(name, { start, values: {} });
        const own = seeded ? { [line.column]: line.values[n][at] }
          : { [line.column]: line.mean[at], low: line.low[at], high: line.high[at] };
        Object.assign(rows.get(name).values, own);
      }));
    }
    const head = seeded ? [owner, 'seed', x] : [owner, x];
    const body = [...rows.values()].map(({ start, values }) => [...start, ...columns.map(column => values[column])]);
    return [[...head, ...columns], ...body].map(row => `${row.map(cell).join(',')}\n`).join('');
  };

  // ---- one figure

  const install = (frame, figure) => {
    const { lines, panels, parts } = figure;
    const positions = [...new Set(lines.flatMap(line => line.x))].sort((a, b) => a - b);
    const [into, back] = figure.logarithmicX ? [Math.log, Math.exp] : [value => value, value => value];
    const around = ends => widen(ends, figure.logarithmicX, 0.02);
    const whole = around([positions[0], positions.at(-1)]);
    const names = [...new Map(lines.map(line => [key(line.name), line])).values()];
    const given = positions.indexOf(lines.map(line => line.given).find(finite));
    const state = {
      x: whole, logarithmic: figure.logarithmic, seeds: false, reference: null,
      at: given < 0 ? positions.length - 1 : given,
    };
    let courses = [];
    let drawn = [];

    const plots = make('div', { className: 'plots', role: 'slider', tabIndex: 0 });
    const readout = make('table', { className: 'readout' });
    const instrument = make('div', { className: 'instrument' });
    const toWhole = make('button', { type: 'button' }, word('whole'));

    // the number of the place that is least far away
    const nearest = away => positions.reduce((best, x, n) => away(x) < away(positions[best]) ? n : best, 0);
    const visible = () => positions.flatMap((x, n) => x >= state.x[0] && x <= state.x[1] ? [n] : []);
    const lineOf = (name, part) => lines.findIndex(line => key(line.name) === name && line.part === part);

    const redraw = () => {
      const across = plots.clientWidth || 640;
      const columns = Math.max(1, Math.min(panels.length, Math.floor(across / (panels.length > 2 ? 180 : 270))));
      const width = Math.floor(across / columns);
      const height = panels.length > 2 ? 165 : panels.length > 1 ? 240 : 280;
      courses = lines.map(line => {
        const base = state.reference === null ? -1 : lineOf(state.reference, line.part);
        return course(line, parts[line.part], lines[base]);
      });
      const reference = state.reference !== null;
      const view = {
        width, height, reference, x: state.x, seeds: state.seeds,
        logarithmic: state.logarithmic && (!reference || parts.every(part => part.geometric)),
        fromZero: figure.fromZero && state.x === whole && !state.logarithmic,
      };
      const range = shown => extent(shown.flatMap(panel => panel.lines).map(number => [lines[number], courses[number]]), view);
      const untouched = state.x === whole && !view.logarithmic && !reference;
      const axis = panel => untouched && panel.y || range(figure.shared ? panels : [panel]);
      drawn = panels.map(panel =>
        draw(figure, panel, courses, { ...view, y: axis(panel) }, classes));
      drawn.forEach(({ element }) => { element.ariaHidden = 'true'; });
      plots.replaceChildren(...drawn.map(({ element }) => element));
      toWhole.disabled = state.x === whole;
      point();
    };

    const point = () => {
      const x = positions[state.at];
      const value = (number) => number < 0 ? undefined : courses[number].find(there => there.x === x);
      drawn.forEach(({ cursor, x: toX, y: toY, box }, n) => {
        const left = toX(x);
        const dots = panels[n].lines.flatMap(number => {
          const height = toY(value(number)?.mean);
          return height >= box.y - 1 && height <= box.y + box.height + 1
            ? [SVG('circle', { class: classes(lines[number]), cx: left, cy: height, r: 3.5 })] : [];
        });
        cursor.replaceChildren(SVG('path', { d: `M${left},${box.y}v${box.height}` }), ...dots);
      });
      const where = make('th', { scope: 'col' }, ...spans(figure.x), ` ${curveNumbers.setting(x)}`);
      const heads = parts.map(part => make('th', { scope: 'col' }, ...spans(part.title), ...unit(part)));
      const rows = names.map(({ name, owner, look }) => {
        const own = make('th', { scope: 'row' }, swatch(look), ...spans(name));
        if (place(owner) >= 0 && key(name) === owner) own.dataset.curve = place(owner);
        own.classList.add(look.hue);
        return make('tr', {}, own, ...parts.map((part, n) => {
          const there = value(lineOf(key(name), n));
          const [mean, ends] = [write(there?.mean, part, state.reference !== null),
            there ? interval(there, part, state.reference !== null) : ''];
          return make('td', {}, make('b', {}, mean), ...(ends ? [' ', make('small', {}, ends)] : []));
        }));
      });
      readout.replaceChildren(make('thead', {}, make('tr', {}, where, ...heads)), make('tbody', {}, ...rows));
      plots.ariaValueNow = String(x);
      plots.ariaValueText = where.innerText;
    };

    const unit = part => state.reference === null ? []
      : [' ', word(part.geometric ? 'ratio' : part.written === 'percent' ? 'points' : 'difference')];

    // what the table says, for those who listen
    const announce = () => {
      const [head, ...heads] = readout.tHead.rows[0].cells;
      const copy = element => [...element.cloneNode(true).childNodes].filter(node => !node.matches?.('svg'));
      const said = heads.flatMap((title, n) => ['. ', ...copy(title), ': ',
        ...[...readout.tBodies[0].rows].flatMap((row, m) =>
          [m ? ', ' : '', ...copy(row.cells[0]), ` ${row.cells[n + 1].textContent}`])]);
      status.replaceChildren(...copy(head), ...said);
    };

    const move = to => {
      const there = visible();
      state.at = Math.min(there.at(-1), Math.max(there[0], to));
      point();
    };

    // from and to the places next to these
    const zoom = range => {
      const ends = range.map(end => nearest(x => Math.abs(into(x) - into(end))));
      if (ends[0] === ends[1]) return;
      state.x = ends[1] - ends[0] === positions.length - 1 ? whole : around(ends.map(n => positions[n]));
      redraw();
      move(state.at);
    };

    // nearer to the cursor, by half
    const closer = () => {
      const middle = into(positions[state.at]);
      zoom(state.x.map(end => back((into(end) + middle) / 2)));
    };
    const farther = () => {
      const middle = into(positions[state.at]);
      zoom(state.x.map(end => back(2 * into(end) - middle)));
    };

    // ---- pointer and keys

    const under = event => {
      const panel = drawn.find(({ element }) => element.contains(event.target)) ?? drawn[0];
      return { panel, pixel: event.clientX - panel.element.getBoundingClientRect().left };
    };
    const follow = event => {
      const { panel, pixel } = under(event);
      move(nearest(x => Math.abs(panel.x(x) - pixel)));
    };
    let drag = null;
    plots.addEventListener('pointerdown', event => {
      if (event.button !== 0) return;
      follow(event);
      if (event.pointerType !== 'mouse') return;
      const { panel, pixel } = under(event);
      drag = { panel, from: pixel, mark: SVG('rect', { class: 'zoom', y: panel.box.y, height: panel.box.height }) };
      plots.setPointerCapture(event.pointerId);
    });
    const ends = ({ panel, from }, event) => {
      const to = event.clientX - panel.element.getBoundingClientRect().left;
      return [Math.min(from, to), Math.max(from, to)];
    };
    plots.addEventListener('pointermove', event => {
      if (!drag) return follow(event);
      const [left, right] = ends(drag, event);
      drag.mark.setAttribute('x', left);
      drag.mark.setAttribute('width', right - left);
      drag.panel.element.append(drag.mark);
    });
    plots.addEventListener('pointerup', event => {
      const done = drag;
      drag = null;
      if (!done) return;
      done.mark.remove();
      const [left, right] = ends(done, event);
      if (right - left > 8) zoom([left, right].map(done.panel.x.invert));
    });
    plots.addEventListener('pointercancel', () => { drag?.mark.remove(); drag = null; });
    plots.addEventListener('dblclick', () => zoom(whole));

    const far = Math.max(1, Math.round(positions.length / 10));
    const keys = {
      ArrowLeft: () => move(state.at - 1), ArrowDown: () => move(state.at - 1),
      ArrowRight: () => move(state.at + 1), ArrowUp: () => move(state.at + 1),
      PageDown: () => move(state.at - far), PageUp: () => move(state.at + far),
      Home: () => move(0), End: () => move(positions.length - 1),
      '+': closer, '=': closer, '-': farther, 0: () => zoom(whole),
    };
    plots.addEventListener('keydown', event => {
      if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
      event.preventDefault();
      keys[event.key]();
      announce();
    });

    // ---- tools

    const toggle = (name, property) => {
      const button = make('button', { type: 'button', ariaPressed: String(state[property]) }, word(name));
      button.onclick = () => {
        state[property] = !state[property];
        button.ariaPressed = String(state[property]);
        redraw();
      };
      return button;
    };
    const press = (label, action) => {
      const button = make('button', { type: 'button' }, label);
      button.onclick = action;
      return button;
    };
    const tools = make('div', { className: 'tools' });
    if (lines.some(line => line.seeds?.length > 1)) tools.append(toggle('seeds', 'seeds'));
    const logarithm = toggle('logarithmic', 'logarithmic');
    tools.append(logarithm);
    if (names.length > 1) {
      const choice = make('select', {}, make('option', { value: '' }, '\u2013'),
        ...names.map(({ name }) => make('option', { value: key(name) })));
      // an option has one text: that of the language shown alone
      const call = () => names.forEach(({ name }, n) => {
        const { lang } = document.querySelector('[name=shown]:checked')?.closest('label') ?? {};
        const alone = name.filter(([own]) => own === lang);
        choice.options[n + 1].text = key(alone.length ? alone : name);
      });
      addEventListener('change', event => { if (event.target.name === 'shown') call(); });
      call();
      choice.onchange = () => {
        state.reference = choice.value || null;
        logarithm.disabled = state.reference !== null && !parts.every(part => part.geometric);
        redraw();
      };
      tools.append(make('label', {}, word('relative'), ' ', choice));
    }
    toWhole.onclick = () => zoom(whole);
    tools.append(
      press(word('closer'), closer),
      toWhole,
      press('CSV', () => save(`${frame.dataset.figure}.csv`, 'text/csv', table(figure))),
      press('SVG', () => save(`${frame.dataset.figure}.svg`, 'image/svg+xml', file(drawn.map(({ element }) => element)))),
    );

    // ---- in the page

    const caption = frame.querySelector('figcaption');
    caption.id = `caption-${frame.dataset.figure}`;
    const label = make('span', { className: 'unseen', id: `values-${frame.dataset.figure}` }, word('values'));
    const hint = make('p', { className: 'hint', id: `hint-${frame.dataset.figure}` }, word('hint'));
    plots.setAttribute('aria-labelledby', `${label.id} ${caption.id}`);
    const still = frame.querySelector(':scope > :is(svg, [role=img])');
    const said = frame.querySelector('.alt')
      ?? make('div', { className: 'alt', id: `alt-${frame.dataset.figure}` }, still.ariaLabel ?? '');
    plots.setAttribute('aria-describedby', `${said.id} ${hint.id}`);
    plots.ariaValueMin = String(positions[0]);
    plots.ariaValueMax = String(positions.at(-1));
    instrument.append(label, tools, plots, readout, hint, said);
    still.classList.add('still');
    caption.before(instrument);
    new ResizeObserver(() => redraw()).observe(plots);
    addEventListener('change', event => { if (event.target.name === 'shown') point(); });
    redraw();
  };

  // ---- the names of all setups, once: they stand under the bar while a figure of theirs is on the screen

  const offer = () => {
    const strip = make('div', { className: 'strip-of-curves', hidden: true });
    const list = make('div', { role: 'group' });
    list.append(...setups.map(({ name, look }, n) => {
      const box = document.getElementById(`curve-${n}`);
      const button = make('button', { type: 'button', className: look.hue }, swatch(look), name);
      const show = () => { button.ariaPressed = String(box.checked); };
      button.dataset.curve = n;
      button.onclick = () => box.click();
      box.addEventListener('change', show);
      addEventListener('pageshow', show); // a browser that comes back remembers its boxes
      show();
      return button;
    }));
    strip.append(list);
    const there = new Set();
    const watch = new IntersectionObserver(entries => {
      for (const { target, isIntersecting } of entries) there[isIntersecting ? 'add' : 'delete'](target);
      strip.hidden = !there.size;
    }, { rootMargin: '-80px 0px -80px' });
    document.querySelectorAll('main .figure:has([class^=series])').forEach(figure => watch.observe(figure));
    document.querySelector('main').prepend(strip);
    // heads of tables stay in sight below it
    new ResizeObserver(() => document.documentElement.style.setProperty('--strip', `${list.offsetHeight}px`)).observe(list);
  };

  const start = async packed => {
    const data = await unpack(packed);
    curveNumbers.begin(data);
    setups = data.setups;
    document.body.append(status);
    for (const [name, figure] of Object.entries(data.figures)) {
      install(document.querySelector(`[data-figure="${name}"]`), figure);
    }
    if (setups.length > 1) offer();
    document.documentElement.dataset.curves = 'ready';
  };

  const data = document.getElementById('curve-data');
  if (data && 'DecompressionStream' in window) start(JSON.parse(data.textContent));
}
