/** A user and password as they stand in a URL. */
interface Login {
  readonly user: string;
  readonly password: string;
}

/** A URL without the user and password in it, and these; where it has no password it stays as it is. */
export function urlLogin(url: string): { readonly url: string; readonly login?: Login } {
  const [, scheme, user, password, rest] = /^(https?:\/\/)([^/?#@\s:]*):([^/?#@\s]*)@(.*)$/is.exec(url) ?? [];
  return scheme === undefined
    ? { url }
    : { url: `${scheme}${rest}`, login: { user: decoded(user!), password: decoded(password!) } };
}

/** The passwords of all URLs in a text, as written and as they are. */
export const passwordsIn = (text: string): readonly string[] =>
  [...text.matchAll(/[a-z][a-z0-9+.-]*:\/\/[^/?#@\s:]*:([^/?#@\s]*)@/gi)].flatMap(([, one]) => [one!, decoded(one!)]);

/** Something that is not well encoded means itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
