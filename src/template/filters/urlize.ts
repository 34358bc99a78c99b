import { escapeHtml } from './escape-html.ts';

const HTTP =
  /^((https?:\/\/|www\.)(([\w%-]+\.)+)?([a-z]{2,63}|xn--[\w%]{2,59})|([\w%-]{2,63}\.)+(com|net|int|edu|gov|org|info|mil)|(https?:\/\/)((([\d]{1,3})(\.[\d]{1,3}){3})|(\[([\da-f]{0,4}:){2}([\da-f]{0,4}:?){1,6}\])))(?::[\d]{1,5})?(?:[/?#]\S*)?$/i;
const EMAIL = /^\S+@\w[\w.-]*\.\w+$/;

/** Turns web addresses in text into HTML links. */
export function urlize(text: string, limit?: number, nofollow = false, target?: string, rel?: string): string {
  const rels = new Set([...(rel ?? '').split(' ').filter(Boolean), 'noopener', ...(nofollow ? ['nofollow'] : [])]);
  const attributes = ` rel="${escapeHtml([...rels].sort().join(' '))}"${target ? ` target="${escapeHtml(target)}"` : ''}`;
  const shown = (url: string) => (limit !== undefined && url.length > limit ? `${url.slice(0, limit)}...` : url);
  return escapeHtml(text)
    .split(/(\s+)/)
    .map((word) => linked(word, attributes, shown))
    .join('');
}

function linked(word: string, attributes: string, shown: (url: string) => string): string {
  const head = /^(?:[(<]|&lt;)+/.exec(word)?.[0] ?? '';
  const rest = word.slice(head.length);
  const tail = /(?:[)>.,\n]|&gt;)+$/.exec(rest)?.[0] ?? '';
  const middle = rest.slice(0, rest.length - tail.length);
  return head + link(middle, attributes, shown) + tail;
}

function link(text: string, attributes: string, shown: (url: string) => string): string {
  if (HTTP.test(text)) {
    const href = /^https?:\/\//.test(text) ? text : `https://${text}`;
    return `<a href="${href}"${attributes}>${shown(text)}</a>`;
  }
  if (text.startsWith('mailto:') && EMAIL.test(text.slice(7))) return `<a href="${text}">${text.slice(7)}</a>`;
  if (text.includes('@') && !/^www\.|:/.test(text) && EMAIL.test(text)) return `<a href="mailto:${text}">${text}</a>`;
  return text;
}
