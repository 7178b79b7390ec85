/** How writers set scene breaks: alone in a paragraph, spaces aside. */
const anywhere =
  /^(?:\*{2,9}|#{1,5}|[⁂⁎]{1,3}|~{3,}|•{3,}|·{3,}|[—–]{3,}|-{3,}|_{3,}|={3,}|[❦❧☙◆◇✦✽❖◊]{1,5})$/u;
/** Signs that could be text by themselves, and are not in the middle of the page. */
const inTheMiddle = /^(?:[*~•·+]{1,9}|[—–-]{1,9}|\.{3,}|…)$/u;

/** Whether a paragraph of this text is a scene break. */
export function isSceneBreak(text: string, isCentred: boolean): boolean {
  if (text.length > 40) return false;
  const signs = text.replace(/[\s\u00a0]+/g, '');
  return anywhere.test(signs) || (isCentred && inTheMiddle.test(signs));
}
