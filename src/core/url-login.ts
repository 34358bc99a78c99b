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

/** Separate a URL from its user and password (or token). A URL with neither is unchanged. */
export function urlLogin(url: string): { readonly url: string; readonly login?: Login } {
  const { scheme, user, password, alone, rest } = login.exec(url)?.groups ?? {};
  return scheme === undefined
    ? { url }
    : {
        url: `${scheme}${rest}`,
        login: { user: decoded(user ?? alone ?? ''), password: decoded(password ?? '') },
      };
}

/** The passwords and tokens in all URLs in a string, both encoded and decoded. */
export const passwordsIn = (text: string): readonly string[] =>
  [...text.matchAll(secrets)].flatMap(([, password, alone]) => {
    const one = password ?? alone ?? '';
    return [one, decoded(one)];
  });

const secrets = new RegExp(`[a-z][a-z0-9+.-]*://(?:[^/?#@\\s:]*:([^/?#@\\s]*)|(?<=https?://)(${token}))@`, 'gi');

/** Percent-decode a string; an invalid encoding stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
