/** The user and password in a URL. */
interface Login {
  readonly user: string;
  readonly password: string;
}

/** A user this long without a password is a token, as code forges issue them; a shorter one is a user name. */
const token = '[^/?#@\\s:]{16,}';

const login = new RegExp(
  `^(?<scheme>https?://)(?:(?<user>[^/?#@\\s:]*):(?<password>[^/?#@\\s]*)|(?<alone>${token}))@(?<rest>.*)$`,
  'is',
);

/** Split a URL into the URL without its user and password (or token), and those. A URL with neither is unchanged. */
export function urlLogin(url: string): { readonly url: string; readonly login?: Login } {
  const { scheme, user, password, alone, rest } = login.exec(url)?.groups ?? {};
  return scheme === undefined
    ? { url }
    : {
        url: `${scheme}${rest}`,
        login: { user: decoded(user ?? alone ?? ''), password: decoded(password ?? '') },
      };
}

/** The passwords and tokens of all URLs in a text, both encoded and decoded. */
export const passwordsIn = (text: string): readonly string[] =>
  [...text.matchAll(secrets)].flatMap(([, password, alone]) => {
    const one = password ?? alone ?? '';
    return [one, decoded(one)];
  });

const secrets = new RegExp(`[a-z][a-z0-9+.-]*://(?:[^/?#@\\s:]*:([^/?#@\\s]*)|(?<=https?://)(${token}))@`, 'gi');

/** Percent-decode a text; an invalid encoding stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
