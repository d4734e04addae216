// The numbers of curves: means and intervals over seeds as the report computes them, written as it writes them.
const curveNumbers = (() => {
  let signs = null; // of the report's first language, where it does not write numbers as English does
  let quantiles = []; // of Student's t, for two seeds and more
  let places = 2; // decimals of shares in per cent, and of their differences in points
  const begin = data => { ({ signs, quantiles, places } = data); };

  const finite = Number.isFinite; // the data have nothing for NaN, and text for an infinity

  // ---- over seeds

  // as pandas adds: what an addition lost goes into the next one
  const mean = values => {
    let sum = 0;
    let lost = 0;
    for (const value of values) {
      const term = value - lost;
      const next = sum + term;
      lost = next - sum - term;
      sum = next;
    }
    return sum / values.length;
  };

  // half the interval of 95% of a mean
  const reach = values => {
    const n = values.length;
    if (n < 2) return NaN;
    const middle = mean(values);
    const variance = mean(values.map(value => (value - middle) ** 2)) * n / (n - 1);
    return quantiles[n - 2] * Math.sqrt(variance / n);
  };

  const linear = { to: value => finite(value) ? value : NaN, back: value => value };
  const geometric = { to: value => value > 0 && finite(value) ? Math.log(value) : NaN, back: Math.exp };

  const at = (line, place, to) => new Map(line.seeds
    .map((seed, row) => [seed, to(line.values[row][place])])
    .filter(([, value]) => finite(value)));

  const ofSeeds = (seeds, middle, half) => ({ mean: middle, low: middle - half, high: middle + half, seeds });

  const absolute = (line, place, to) => {
    if (!line.seeds) {
      return { mean: to(line.mean[place]), low: to(line.low[place]), high: to(line.high[place]), seeds: new Map() };
    }
    const own = at(line, place, to);
    return ofSeeds(own, mean([...own.values()]), reach([...own.values()]));
  };

  // a line less the reference: the difference of the means, with an interval where both have the same seeds
  const relative = (line, place, reference, to) => {
    const there = reference.x.indexOf(line.x[place]);
    const [own, other] = [absolute(line, place, to), absolute(reference, there, to)];
    const common = [...own.seeds].filter(([seed]) => other.seeds.has(seed));
    const pairs = new Map(common.map(([seed, value]) => [seed, value - other.seeds.get(seed)]));
    const paired = pairs.size === own.seeds.size && pairs.size === other.seeds.size;
    return ofSeeds(pairs, own.mean - other.mean, paired ? reach([...pairs.values()]) : NaN);
  };

  // mean, ends of the band and values by seed of a line at every x; of a geometric part, less is a ratio
  const course = (line, part, reference = null) => {
    const { to, back } = part.geometric ? geometric : linear;
    const clip = part.written === 'percent' && !reference ? value => Math.min(1, Math.max(0, value)) : value => value;
    return line.x.map((x, place) => {
      const point = reference ? relative(line, place, reference, to) : absolute(line, place, to);
      return {
        x,
        mean: back(point.mean),
        low: clip(back(point.low)),
        high: clip(back(point.high)),
        seeds: new Map([...point.seeds].map(([seed, value]) => [seed, back(value)])),
      };
    });
  };

  // ---- as words/numbers.py writes them

  // Python sends what lies in the middle to the even digit, JavaScript away from zero
  const MORE = 40; // digits that tell whether it does
  const halved = (rounded, exact) =>
    /^50*$/.test(exact.slice(-MORE)) && rounded.at(-1) % 2 ? exact.slice(0, -MORE).replace(/\.$/, '') : rounded;

  // with so many decimals
  const fixed = (value, places) => halved(value.toFixed(places), value.toFixed(places + MORE));

  // with so many digits at most, as "g" in Python
  const general = (value, digits = 6) => {
    const trimmed = text => text.includes('.') ? text.replace(/\.?0+$/, '') : text;
    const [rounded, exact] = [0, MORE].map(more => value.toExponential(digits - 1 + more).split('e'));
    const mantissa = halved(rounded[0], exact[0]);
    const [sign, ...power] = mantissa === rounded[0] ? rounded[1] : exact[1];
    const exponent = Number(sign + power.join(''));
    if (exponent >= -4 && exponent < digits) {
      return trimmed(Number(`${mantissa}e${exponent}`).toFixed(digits - 1 - exponent));
    }
    return `${trimmed(mantissa)}e${sign}${power.join('').padStart(2, '0')}`;
  };
  // a small number in full, and one below a millionth as a power of ten
  const spelled = text => {
    const [mantissa, exponent] = text.split('e');
    const power = Number(exponent);
    if (exponent === undefined) return text;
    if (power >= -6 && power < 0) return Number(text).toFixed(mantissa.replace(/\D/g, '').length - 1 - power);
    const raised = [...String(power)].map(sign => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'['-0123456789'.indexOf(sign)]).join('');
    return mantissa === '1' ? `10${raised}` : `${mantissa} × 10${raised}`;
  };
  const score = value => Math.abs(value) >= 1e4 && Math.abs(value) < 1e9
    ? fixed(value, 0).replace(/\B(?=(\d{3})+$)/g, ',')
    : spelled(general(value, 4));

  const localized = text => signs ? text.replace(/[,.%]/g, sign => signs[sign] ?? sign) : text;
  const signed = text => localized(Number(text) === 0 ? text.replace('-', '') // nothing has no sign
    : text.startsWith('-') ? `\u2212${text.slice(1)}` : `+${text}`);

  const values = {
    percent: value => `${fixed(100 * value, places)}%`,
    loss: value => fixed(value, 4),
    score,
    two_digits: value => `${general(Number(general(100 * value, 2)))}%`,
  };
  const differences = { ...values, percent: value => fixed(100 * value, places) };

  const write = (value, part, reference) => {
    if (!finite(value)) return '\u2013';
    if (!reference) return localized(values[part.written](value));
    return part.geometric ? localized(`\u00d7${general(value, 3)}`) : signed(differences[part.written](value));
  };
  const interval = ({ low, high }, part, reference) => {
    if (!finite(low) || !finite(high)) return '';
    const comma = signs?.['.'] === ',' ? ';' : ',';
    return `[${write(low, part, reference)}${comma} ${write(high, part, reference)}]`;
  };

  // a learning rate or an epoch
  const setting = value => localized(spelled(general(value)));

  return { begin, finite, course, write, interval, setting, general, localized, spelled };
})();
