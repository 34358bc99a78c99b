/** A user and password as they stand in a URL. */
interface Login {
  readonly user: string;
  readonly password: string;
}

/** A user of so many characters without a password is a token, as forges give them; shorter ones are names. */
const token = '[^/?#@\\s:]{16,}';

const login = new RegExp(
  `^(?<scheme>https?://)(?:(?<user>[^/?#@\\s:]*):(?<password>[^/?#@\\s]*)|(?<alone>${token}))@(?<rest>.*)$`,
  'is',
);

/** A URL without the user and password in it, or the token, and these; where it has neither it stays as it is. */
export function urlLogin(url: string): { readonly url: string; readonly login?: Login } {
  const { scheme, user, password, alone, rest } = login.exec(url)?.groups ?? {};
  return scheme === undefined
    ? { url }
    : {
        url: `${scheme}${rest}`,
        login: { user: decoded(user ?? alone ?? ''), password: decoded(password ?? '') },
      };
}

/** The passwords and tokens of all URLs in a text, as written and as they are. */
export const passwordsIn = (text: string): readonly string[] =>
  [...text.matchAll(secrets)].flatMap(([, password, alone]) => {
    const one = password ?? alone ?? '';
    return [one, decoded(one)];
  });

const secrets = new RegExp(`[a-z][a-z0-9+.-]*://(?:[^/?#@\\s:]*:([^/?#@\\s]*)|(?<=https?://)(${token}))@`, 'gi');

/** Something that is not well encoded means itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
