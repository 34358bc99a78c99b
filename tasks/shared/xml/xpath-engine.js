// The types of the package declare a browser's whole global scope; xpath-engine.d.ts has those of the one function that is used.
import xpath from 'xpath';

export const useNamespaces = xpath.useNamespaces;
