import { trusted } from './markup.ts';

const symbol = (kind: string, inside: string): string =>
  `<symbol id="k-${kind}" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${inside}</symbol>`;

/** The shapes of the kinds, told apart without colours. */
export const SHAPES = trusted(
  `<svg class="defs" aria-hidden="true">${[
    symbol('unreachable', '<circle cx="8" cy="8" r="6"/><path d="M4 12 12 4"/>'),
    symbol('failed', '<path d="M5.3 1.8h5.4l3.5 3.5v5.4l-3.5 3.5H5.3l-3.5-3.5V5.3z"/><path d="m6 6 4 4m0-4-4 4"/>'),
    symbol('drift', '<path fill="currentColor" d="M8 2 14 8 8 14 2 8z"/>'),
    symbol(
      'lint',
      '<path d="M10.8 2.2a3.6 3.6 0 0 0-4.3 4.7L2.2 11.2a1.8 1.8 0 0 0 2.6 2.6l4.3-4.3a3.6 3.6 0 0 0 4.7-4.3l-2.2 2.2-2.4-.6-.6-2.4z"/>',
    ),
    symbol('orphan', '<circle cx="8" cy="8" r="5.5" stroke-dasharray="3 2.6"/><path d="M5.5 8h5"/>'),
    symbol('uncertain', '<path d="M8 2.5 14 13H2z"/><path d="M8 6.5v2.4M8 11v.01"/>'),
    symbol('unknown', '<path d="M5 5.6C5 3.9 6.3 2.8 8 2.8s3 1.1 3 2.8c0 2.2-3 2.4-3 4.4M8 13.2v.01"/>'),
    symbol('accepted', '<path d="m2.5 8.5 3.7 3.7L13.5 4"/>'),
  ].join('')}</svg>`,
);
