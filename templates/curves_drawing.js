// A panel of curves as SVG: axes, bands, lines, markers. Colours come from the style sheet, so that themes hold.
const curveDrawing = (() => {
  const { finite, general, localized, spelled } = curveNumbers;
  const SPACE = { left: 48, right: 10, top: 24, bottom: 34 };
  const MARKS = 6; // on a line of many points
  const MARKED = 30; // the most points of a line that has a mark at each
  const RING = 5.5;

  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const short = pixels => Number(pixels.toFixed(1));

  // a text in all its languages, of which the style sheet shows those that are chosen
  const text = (passages, attributes) => make('text', attributes, ...passages.flatMap(([lang, kind, words], n) =>
    [...(n ? [' '] : []), make('tspan', lang ? { lang, class: kind } : {}, words)]));

  // ---- axes

  const scale = ([low, high], [from, to], logarithmic) => {
    const [into, back] = logarithmic ? [Math.log10, value => 10 ** value] : [value => value, value => value];
    const factor = (to - from) / (into(high) - into(low));
    const place = value => from + (into(value) - into(low)) * factor;
    place.invert = pixel => back(into(low) + (pixel - from) / factor);
    return place;
  };

  const linearTicks = ([low, high], most, whole) => {
    const power = 10 ** Math.floor(Math.log10((high - low) / most));
    const factor = [1, 2, 5, 10].find(multiple => power * multiple * most >= (high - low) * 0.999);
    const step = Math.max(whole ? 1 : 0, power * factor);
    const first = Math.ceil(low / step - 1e-9);
    const count = Math.floor(high / step + 1e-9) - first + 1;
    return Array.from({ length: Math.max(0, count) }, (_, n) => (first + n) * step);
  };

  const logarithmicTicks = ([low, high], most) => {
    const powers = Math.ceil(Math.log10(high)) - Math.floor(Math.log10(low)) + 1;
    const every = Array.from({ length: powers }, (_, n) => Math.floor(Math.log10(low)) + n);
    const within = factors => every
      .flatMap(power => factors.map(factor => Number(`${factor}e${power}`)))
      .filter(value => value >= low * 0.9999 && value <= high * 1.0001);
    const [fine, coarse] = [within([1, 2, 5]), within([1])];
    if (fine.length < 2) return linearTicks([low, high], most);
    if (fine.length <= most) return fine;
    return coarse.filter((_, n) => n % Math.ceil(coarse.length / most) === 0);
  };

  const ticks = (range, most, logarithmic, whole) =>
    logarithmic ? logarithmicTicks(range, most) : linearTicks(range, most, whole);

  // What stands at the ticks; without a part, those of the horizontal axis. On a linear axis all have as many
  // decimals as the one that needs most.
  const labels = (values, view, part) => {
    const ratio = view.reference && part?.geometric;
    const share = ['percent', 'two_digits'].includes(part?.written) && !ratio;
    const short = values.map(value => general(share ? 100 * value : value, 5));
    const places = short.some(text => text.includes('e')) ? null
      : Math.max(...short.map(text => (text.split('.')[1] ?? '').length));
    const even = view.logarithmic || places === null ? short : short.map(text => Number(text).toFixed(places));
    const sign = share && !view.reference ? '%' : '';
    return even.map(text => localized(`${ratio ? '\u00d7' : ''}${spelled(text).replace(/^-/, '\u2212')}${sign}`));
  };

  // The values that lines have within a range of x, with room around them. A band that nears 0 has no end on a
  // logarithmic axis: there, so much lower than all means is not shown.
  const LEAST = 0.1;
  const extent = (drawn, view) => {
    const within = ([line, points]) => points.filter(({ x }) => x >= view.x[0] && x <= view.x[1])
      .map(point => ({ line, ...point }));
    const points = drawn.flatMap(within);
    const least = view.logarithmic
      ? LEAST * Math.min(...points.map(({ mean }) => mean).filter(mean => finite(mean) && mean > 0)) : -Infinity;
    const values = points
      .flatMap(({ line, mean, low, high, seeds }) =>
        [mean, ...(view.seeds ? seeds.values() : line.banded ? [low, high] : [])])
      .filter(value => finite(value) && value > least);
    if (view.fromZero) values.push(0);
    if (!values.length) return view.logarithmic ? [0.1, 1] : [0, 1];
    return widen([Math.min(...values), Math.max(...values)], view.logarithmic, 0.04);
  };

  // a range with a share of itself added at both ends, and never without length
  const widen = ([low, high], logarithmic, share) => {
    if (logarithmic) {
      const factor = low === high ? 2 : (high / low) ** share;
      return [low / factor, high * factor];
    }
    const more = low === high ? Math.abs(low) / 10 || 1 : (high - low) * share;
    return [low - more, high + more];
  };

  // ---- lines

  const along = (points, x, y, steps, value) => {
    let path = '';
    let drawing = false;
    for (const point of points) {
      const height = value(point);
      if (finite(height)) {
        const [left, top] = [short(x(point.x)), short(y(height))];
        path += !drawing ? `M${left},${top}` : steps ? `H${left}V${top}` : `L${left},${top}`;
      }
      drawing = finite(height);
    }
    return path;
  };

  const band = (points, x, y, steps) => {
    const ends = points.filter(({ low, high }) => finite(low) && finite(high));
    if (ends.length < 2) return '';
    const back = ends.toReversed().map((point, n) => {
      const [left, top] = [short(x(point.x)), short(y(point.low))];
      return steps && n ? `V${top}H${left}` : `L${left},${top}`;
    });
    return `${along(ends, x, y, steps, ({ high }) => high)}${back.join('')}Z`;
  };

  // a path around the origin, at some places at once
  const stamped = (shape, places) => places.map(([left, top]) =>
    shape.replace(/(-?[\d.]+) (-?[\d.]+)/g, (_, a, b) => `${short(left + Number(a))} ${short(top + Number(b))}`)).join('');
  const CROSS = 'M-3 -3L3 3M-3 3L3 -3';

  const marked = (points, place) => {
    const there = points.filter(({ mean }) => finite(mean));
    const every = there.length <= MARKED ? 1 : Math.floor(there.length / MARKS);
    return there.filter((_, n) => n % every === Math.min(place, every - 1));
  };

  const curve = (line, points, view, x, y, steps, place) => {
    const parts = [];
    if (view.seeds) {
      for (const seed of line.seeds ?? []) {
        parts.push(make('path', { class: 'seed', d: along(points, x, y, steps, ({ seeds }) => seeds.get(seed)) }));
      }
    } else if (line.banded) parts.push(make('path', { class: 'band', d: band(points, x, y, steps) }));
    const dashes = line.look.dashes ? { 'stroke-dasharray': line.look.dashes } : {};
    parts.push(make('path', { class: 'line', ...dashes, d: along(points, x, y, steps, ({ mean }) => mean) }));
    if (line.look.marker) {
      const places = marked(points, place).map(point => [x(point.x), y(point.mean)]);
      parts.push(make('path', { class: 'mark', d: stamped(line.look.marker, places) }));
    }
    const found = points.filter(point => line.ringed.includes(point.x) && finite(point.mean));
    parts.push(...found.map(point => make('circle', { class: 'ring', cx: x(point.x), cy: y(point.mean), r: RING })));
    parts.push(...line.dots.map(([left, top]) => make('circle', { class: 'dot', cx: short(x(left)), cy: short(y(top)), r: 1.8 })));
    const foot = y.range[0] - 5;
    parts.push(make('path', { class: 'lost', d: stamped(CROSS, line.lost.map(value => [x(value), foot])) }));
    return parts;
  };

  // ---- a panel

  // Its element, its scales, and a place for what follows the pointer.
  // view: size, ranges, and what is drawn; courses: of all lines; classes: those of a line.
  const draw = (figure, panel, courses, view, classes) => {
    const { width, height } = view;
    const part = figure.parts[figure.lines[panel.lines[0]].part];
    const x = scale(view.x, [SPACE.left, width - SPACE.right], figure.logarithmicX);
    const y = scale(view.y, [height - SPACE.bottom, SPACE.top], view.logarithmic);
    y.range = [height - SPACE.bottom, SPACE.top];
    const [across, down] = [width - SPACE.left - SPACE.right, height - SPACE.top - SPACE.bottom];
    const grid = make('g', { class: 'grid' });
    let rules = '';
    const columns = ticks(view.x, Math.max(2, across / 60), figure.logarithmicX, !figure.logarithmicX);
    labels(columns, { logarithmic: figure.logarithmicX }).forEach((label, n) => {
      const left = short(x(columns[n]));
      rules += `M${left},${SPACE.top}v${down}`;
      grid.append(make('text', { x: left, y: height - SPACE.bottom + 14, 'text-anchor': 'middle' }, label));
    });
    const rows = ticks(view.y, Math.max(2, down / 30), view.logarithmic, false);
    labels(rows, view, part).forEach((label, n) => {
      const top = short(y(rows[n]));
      rules += `M${SPACE.left},${top}h${across}`;
      grid.append(make('text', { x: SPACE.left - 6, y: top + 4, 'text-anchor': 'end' }, label));
    });
    grid.prepend(make('path', { d: rules }));
    grid.append(make('path', { class: 'axes', d: `M${SPACE.left},${SPACE.top}v${down}h${across}` }));
    // an inner svg cuts off what leaves the axes
    const box = { x: SPACE.left, y: SPACE.top, width: across, height: down };
    const inside = make('svg', { ...box, viewBox: `${box.x} ${box.y} ${across} ${down}` });
    for (const number of panel.behind) {
      inside.append(make('path', { class: 'behind', d: along(courses[number], x, y, figure.steps, ({ mean }) => mean) }));
    }
    // where all have the same given x, it is nobody's
    const given = new Set(figure.lines.map(line => line.given ?? NaN));
    const upright = value => make('path', { class: 'given', d: `M${short(x(value))},${SPACE.top}v${down}` });
    if (given.size === 1) inside.append(...[...given].filter(finite).map(upright));
    panel.lines.forEach((number, place) => {
      const line = figure.lines[number];
      inside.append(make('g', { class: classes(line) },
        ...(given.size > 1 && finite(line.given) ? [upright(line.given)] : []),
        ...curve(line, courses[number], view, x, y, figure.steps, place)));
    });
    const cursor = make('g', { class: 'cursor' });
    const element = make('svg', { class: 'plot', viewBox: `0 0 ${width} ${height}`, width, height },
      text(panel.title, { class: 'title', x: SPACE.left, y: 14 }),
      text(figure.x, { class: 'name', x: width - SPACE.right, y: height - 4, 'text-anchor': 'end' }),
      grid, inside, cursor);
    return { element, cursor, x, y, box };
  };

  // ---- the drawing as a file of its own

  const KEPT = ['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-opacity', 'opacity', 'font-family', 'font-size', 'font-weight'];

  // Panels beside each other, with their looks of now written into them.
  const file = drawn => {
    const paper = getComputedStyle(document.documentElement).backgroundColor;
    let [width, height] = [0, 0];
    const parts = drawn.map(element => {
      const copy = element.cloneNode(true);
      const originals = [element, ...element.querySelectorAll('*')];
      [copy, ...copy.querySelectorAll('*')].forEach((part, n) => {
        const look = getComputedStyle(originals[n]);
        if (look.display === 'none') part.classList.add('unseen');
        for (const name of KEPT) part.setAttribute(name, look.getPropertyValue(name));
      });
      copy.querySelectorAll('.unseen, .cursor').forEach(part => part.remove());
      for (const part of [copy, ...copy.querySelectorAll('[class], [style]')]) {
        part.removeAttribute('class');
        part.removeAttribute('style');
      }
      copy.setAttribute('x', width);
      width += element.viewBox.baseVal.width;
      height = Math.max(height, element.viewBox.baseVal.height);
      return copy;
    });
    const whole = make('svg', { viewBox: `0 0 ${width} ${height}`, width, height },
      make('rect', { width, height, fill: paper }), ...parts);
    return new XMLSerializer().serializeToString(whole);
  };

  return { make, draw, extent, widen, file };
})();
