import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../src/core/source.ts';
import { formatDiagnostic } from '../../src/language/format-diagnostic.ts';

const told = (diagnostic: Partial<Diagnostic>, text?: string) =>
  formatDiagnostic({ severity: 'error', code: 'x', message: 'something is wrong', ...diagnostic }, () => text);

describe('formatDiagnostic', () => {
  test('shows place, message, the line with the mistake underlined, and the hint', () => {
    const at = { file: 'web.yaml', line: 2, column: 5, length: 4 };

    expect(told({ at, hint: 'did you mean "mode"?' }, 'file:\n    mdoe: "755"\n')).toBe(
      'web.yaml:2:5  something is wrong\n        mdoe: "755"\n        ~~~~\n    did you mean "mode"?',
    );
  });

  test('shows no place if there is none', () => {
    expect(told({})).toBe('something is wrong');
  });

  test('shows only the place if the file cannot be read', () => {
    expect(told({ at: { file: 'a', line: 1, column: 1 } })).toBe('a:1:1  something is wrong');
  });

  test('finds the right line in text whose lines were joined', () => {
    const text = 'a: >-\n  {{ one\n  | twoo }}\n';

    expect(told({ at: { file: 'f', line: 2, column: 12, length: 4 } }, text)).toBe(
      'f:3:5  something is wrong\n      | twoo }}\n        ~~~~',
    );
  });

  test('colours errors', () => {
    const text = formatDiagnostic({ severity: 'error', code: 'x', message: 'm' }, () => undefined, { colour: true });

    expect(text).toBe('\u001b[31mm\u001b[39m');
  });
});
