// Code: copied as it is, and folded where it is long.
{
  const { all, make, word, say, copy } = report;

  for (const pre of all('pre.code, pre.command')) {
    const button = make('button', { type: 'button', className: 'copy' }, word('copy'));
    button.onclick = async () => {
      const lines = all('.line', pre).map(line => line.textContent.replace('\u200b', ''));
      await copy(lines.length ? lines.join('\n') : pre.querySelector('code').textContent);
      button.focus();
      button.replaceChildren(word('copied'));
      say('copied');
      setTimeout(() => button.replaceChildren(word('copy')), 2000);
    };
    const caption = pre.parentNode.querySelector(':scope > figcaption');
    if (caption) caption.append(button);
    else pre.prepend(button);
  }

  // ---- folding: the first lines stay, a button shows the others; a search in the page finds them too

  const LONG = 24; // lines
  const FIRST = 12;
  const hidden = 'onbeforematch' in document.body ? 'until-found' : '';

  for (const pre of all('pre.code')) {
    const lines = all('.line', pre);
    if (lines.length <= LONG) continue;
    const button = make('button', { type: 'button', className: 'fold' });
    const fold = folded => {
      pre.classList.toggle('folded', folded);
      for (const line of lines.slice(FIRST)) {
        if (folded) line.setAttribute('hidden', hidden);
        else line.removeAttribute('hidden');
      }
      button.ariaExpanded = String(!folded);
      button.replaceChildren(word(folded ? 'unfold' : 'fold', { lines: lines.length }));
    };
    button.onclick = () => {
      const open = button.ariaExpanded === 'true';
      fold(open);
      const figure = pre.parentNode;
      if (open && figure.getBoundingClientRect().top < 0) figure.scrollIntoView();
    };
    pre.addEventListener('beforematch', () => fold(false));
    pre.after(button);
    fold(true);
  }
}
