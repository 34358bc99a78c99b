import { type Script, script } from '../../../src/sdk.ts';

/** A pattern in what a program prints, and what to send back; of several, one after the other. */
export interface Exchange {
  readonly pattern: string;
  readonly responses: readonly string[];
  /** Whether the only response is sent each time. */
  readonly repeats: boolean;
}

/** A program that is run on a terminal, and what is said to it. */
export interface Dialogue {
  readonly words: readonly string[];
  readonly exchanges: readonly Exchange[];
  /** How long to wait for the next question; undefined: for ever. */
  readonly seconds: number | undefined;
  readonly echo: boolean;
}

/** What `partner` reads on its stdin, so that no response is an argument. Every word is written in hexadecimal. */
export const dialogueInput = ({ words, exchanges, seconds, echo }: Dialogue): string =>
  [
    ...(seconds === undefined ? [] : [`timeout ${seconds}`]),
    ...(echo ? ['echo 1'] : []),
    ...words.map((word) => `word ${hex(word)}`),
    ...exchanges.flatMap(({ pattern, responses, repeats }) => [
      `${repeats ? 'each' : 'on'} ${hex(pattern)}`,
      ...responses.map((one) => `say ${hex(`${one.replace(/\n+$/, '')}\n`)}`),
    ]),
    '',
  ].join('\n');

const hex = (text: string): string => Buffer.from(text).toString('hex');

/** Why a dialogue ended before the program did, as `partner` writes it to stderr. */
export const ENDINGS = { timeout: 'timeout', speechless: 'no response left: ', missing: 'cannot run: ' } as const;

/*
 * Runs a program on a new terminal and answers its questions. Perl's core can do that by itself: the terminal is made
 * with the ioctls TIOCSPTLCK, TIOCGPTN and TIOCSWINSZ. A program that asks for a password throws away what was typed
 * before it asked, so there is a short pause before each response.
 */
const PERL = String.raw`
use strict; use POSIX (); use Fcntl;
my ($timeout, $echo, @words, @on);
while (<STDIN>) {
  my ($what, $hex) = split; next if !defined $what;
  my $text = $what =~ /^(timeout|echo)$/ ? $hex : pack 'H*', $hex // '';
  if ($what eq 'timeout') { $timeout = $text }
  elsif ($what eq 'echo') { $echo = 1 }
  elsif ($what eq 'word') { push @words, $text }
  elsif ($what eq 'say') { push @{$on[-1]{say}}, $text }
  else { push @on, { pattern => $text, re => qr/$text/s, each => $what eq 'each', say => [] } }
}
sysopen(my $m, '/dev/ptmx', O_RDWR | O_NOCTTY) or die "no terminal: $!\n";
my $n = pack 'i', 0; ioctl($m, 0x40045431, $n) or die "no terminal: $!\n";
ioctl($m, 0x80045430, $n) or die "no terminal: $!\n";
my $tty = '/dev/pts/' . unpack 'i', $n;
pipe(my $told, my $tell) or die "no pipe: $!\n";
my $pid = fork; defined $pid or die "no process: $!\n";
if (!$pid) {
  close $told; POSIX::setsid();
  sysopen(my $s, $tty, O_RDWR) or die "no terminal: $!\n";
  my $size = pack 'S4', 24, 80, 0, 0; ioctl($s, 0x5414, $size);
  if (!$echo) { my $t = POSIX::Termios->new; $t->getattr(fileno $s); $t->setlflag($t->getlflag & ~POSIX::ECHO()); $t->setattr(fileno $s, POSIX::TCSANOW()); }
  POSIX::dup2(fileno($s), $_) for 0, 1, 2;
  { no warnings; exec { $words[0] } @words; }
  syswrite $tell, "$!"; POSIX::_exit(127);
}
close $tell;
if (sysread $told, my $why, 200) { waitpid $pid, 0; print STDERR "${ENDINGS.missing}$why"; exit 127; }
binmode STDOUT; $| = 1; $SIG{PIPE} = 'IGNORE';
my ($seen, $until) = ('', defined $timeout ? time + $timeout : undef);
sub quit { kill 'HUP', $pid; select undef, undef, undef, 0.1; kill 'KILL', $pid; waitpid $pid, 0; print STDERR $_[0]; exit 1; }
while (1) {
  my ($best, $start, $end);
  for my $one (@on) {
    next if $seen !~ $one->{re} or defined $start and $-[0] >= $start;
    ($best, $start, $end) = ($one, $-[0], $+[0]);
  }
  if ($best) {
    my $say = $best->{each} ? $best->{say}[0] : shift @{$best->{say}};
    quit("${ENDINGS.speechless}$best->{pattern}") if !defined $say;
    $seen = substr $seen, $end;
    select undef, undef, undef, 0.05;
    syswrite $m, $say;
    $until = time + $timeout if defined $timeout;
    next;
  }
  my $left = defined $until ? $until - time : undef;
  quit('${ENDINGS.timeout}') if defined $left and $left <= 0;
  my $r = ''; vec($r, fileno $m, 1) = 1;
  next if !select $r, undef, undef, $left;
  sysread $m, my $more, 65536 or last;
  print $more; $seen .= $more;
}
waitpid $pid, 0;
exit($? & 127 ? 128 + ($? & 127) : $? >> 8);
`;

/** The script that reads a dialogue on its stdin and holds it. */
export const partner = (): Script => script`perl -e ${PERL}`;

/** A pattern that Perl understands: Python's groups have the same names there, and its end of text is written otherwise. */
export const forPerl = (pattern: string): string => pattern.replace(/\\Z/g, String.raw`\z`);
