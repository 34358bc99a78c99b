import { sh } from '../../core/command.ts';
import type { Parts } from '../../core/facts/parts.ts';
import { encodeText } from '../../core/text-codec.ts';
import { readCertificates } from '../../core/x509.ts';
import { begin, type LintContext, type LintFinding, type Unread, utc } from './lint.ts';

/** The certificates that certbot renews and that servers are told to use: each file's path and its first certificate. */
export const certificatesScript = sh`${begin}
{ for f in /etc/letsencrypt/renewal/*.conf; do [ -e "$f" ] && sed -n 's/^cert *= *//p' "$f"; done
  for f in /etc/nginx/nginx.conf /etc/nginx/conf.d/*.conf /etc/nginx/sites-enabled/* /etc/nginx/snippets/*; do [ -f "$f" ] && sed -n 's/^[[:space:]]*ssl_certificate[[:space:]][[:space:]]*["'"'"']\{0,1\}\(\/[^;"'"'"' ]*\)["'"'"']\{0,1\};.*/\1/p' "$f"; done
  for f in /etc/apache2/sites-enabled/* /etc/apache2/conf-enabled/* /etc/apache2/mods-enabled/*.conf; do [ -f "$f" ] && sed -n 's/^[[:space:]]*SSLCertificateFile[[:space:]][[:space:]]*["'"'"']\{0,1\}\(\/[^"'"'"' ]*\).*/\1/p' "$f"; done
  [ ! -f /etc/postfix/main.cf ] || sed -n 's/^smtpd_tls_\(cert_file\|chain_files\)[[:space:]]*=[[:space:]]*\(\/[^, ]*\).*/\2/p' /etc/postfix/main.cf
  for f in /etc/dovecot/dovecot.conf /etc/dovecot/conf.d/*.conf; do [ -f "$f" ] && sed -n 's/^[[:space:]]*ssl_cert[[:space:]]*=[[:space:]]*<\(\/[^ ]*\).*/\1/p' "$f"; done
} | grep -v '[$*?]' | sort -u | while IFS= read -r f; do [ ! -f "$f" ] || { part "$f"; cat -- "$f" | sed -n '/-----BEGIN CERTIFICATE-----/,/-----END CERTIFICATE-----/{p; /-----END/q}'; }; done
part end`;

/** Certificates that have ended, or that end before the next audit although it was time to renew them. */
export function endingCertificates(parts: Parts, { now, nextAudit }: LintContext): readonly (LintFinding | Unread)[] {
  return [...parts].flatMap(([name, text]): readonly (LintFinding | Unread)[] => {
    if (!name.startsWith('/')) return [];
    const [first] = readCertificates(encodeText(text)) ?? [];
    if (first === undefined) return [{ subject: name, unknown: 'it is no certificate that can be read' }];
    const { notBefore, notAfter, names } = first;
    const isShort = notAfter.getTime() - now.getTime() < (notAfter.getTime() - notBefore.getTime()) / 3;
    if (notAfter >= nextAudit || !isShort) return [];
    const whose = names.length === 0 ? '' : ` for ${names.slice(0, 3).join(', ')}`;
    return [
      {
        subject: name,
        reason: `the certificate${whose} ${notAfter < now ? 'ended' : 'ends'} on ${utc(notAfter.getTime() / 1000)}`,
        remedy: name.startsWith('/etc/letsencrypt/')
          ? 'certbot renew, and look why it was not renewed: systemctl status certbot.timer'
          : 'renew it, and reload what uses it',
      },
    ];
  });
}
