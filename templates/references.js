// Headings, figures, tables and listings: a link to each, what a reference leads to before one follows it, the way back.
{
  const { all, make, word, say, copy, target } = report;

  // ---- a link to each place: followed, it stands in the address, and is copied

  for (const place of all('main :is(h2, h3, h4, figure, table)[id]')) {
    const name = make('span', { className: 'unseen' }, word('anchor'));
    const link = make('a', { href: `#${place.id}`, className: 'anchor' }, name);
    link.addEventListener('click', async () => {
      await copy(link.href);
      say('linked');
    });
    if (place.matches('table')) place.closest('.table').prepend(link);
    else if (place.matches('figure')) place.prepend(link);
    else place.append(link);
  }

  const reference = 'main a[href^="#"]:not(.anchor)';

  // ---- the way back from where a reference led

  let from = null;
  const back = make('button', { type: 'button', className: 'back' }, word('back'));
  back.onclick = () => {
    back.remove();
    from.scrollIntoView({ block: 'center' });
    from.focus({ preventScroll: true });
  };
  addEventListener('click', event => {
    const link = event.target.closest?.(reference);
    const place = link && target(link);
    if (!place) return;
    from = link;
    if (place.matches('figure')) place.prepend(back);
    else if (place.matches('table')) place.caption.prepend(back);
    else place.append(back);
  });

  // ---- what a reference leads to, shown while the mouse or the keyboard is at it

  const LATER = 250; // milliseconds
  const preview = make('div', { className: 'preview', hidden: true, ariaHidden: 'true' });
  document.body.append(preview);
  let shown = null;
  let timer = 0;

  const close = () => {
    clearTimeout(timer);
    shown = null;
    preview.hidden = true;
    preview.replaceChildren();
  };

  // a picture of the place: nothing in it has a name of its own, takes the keyboard or leads on
  const picture = place => {
    const made = (place.closest('.table') ?? place).cloneNode(true);
    all('.anchor, .copy, .fold, .back, .filter, .instrument', made).forEach(element => element.remove());
    made.prepend(...all(':scope > figcaption', made)); // what does not fit is cut off at the foot
    for (const button of all('button', made)) {
      button.replaceWith(make('span', { className: button.className }, ...button.childNodes));
    }
    for (const element of [made, ...all('*', made)]) {
      element.removeAttribute('id');
      element.removeAttribute('tabindex');
      if (element.matches('a')) element.removeAttribute('href');
    }
    return made;
  };

  // below the reference or above it, where there is more room
  const put = () => {
    const at = shown.getBoundingClientRect();
    const below = innerHeight - at.bottom > at.top;
    preview.style.maxHeight = `${(below ? innerHeight - at.bottom : at.top) - 16}px`;
    preview.style.left = `${Math.max(8, Math.min(at.left, innerWidth - preview.offsetWidth - 8))}px`;
    preview.style.top = `${below ? at.bottom + 6 : at.top - preview.offsetHeight - 6}px`;
    if (at.bottom < 0 || at.top > innerHeight) close();
  };

  const open = link => {
    const place = target(link);
    if (!place?.matches('figure, table')) return;
    const { top, bottom } = place.getBoundingClientRect();
    if (top >= 0 && bottom <= innerHeight) return; // it is in sight
    preview.replaceChildren(picture(place));
    preview.hidden = false;
    shown = link;
    put();
  };

  addEventListener('pointerover', event => {
    if (event.pointerType !== 'mouse') return;
    const link = event.target.closest?.(reference);
    if (link === shown || preview.contains(event.target)) return clearTimeout(timer);
    clearTimeout(timer);
    if (link) timer = setTimeout(() => open(link), LATER);
    else if (shown) timer = setTimeout(close, LATER);
  });
  addEventListener('focusin', event => {
    close();
    if (event.target.matches(reference) && event.target.matches(':focus-visible')) open(event.target);
  });
  addEventListener('focusout', close);
  addEventListener('click', close);
  addEventListener('scroll', () => shown && put(), { passive: true });
  addEventListener('keydown', event => event.key === 'Escape' && close());
}
