import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import xml from '../../tasks/xml.ts';
import { runHere } from './harness.ts';
import { outcomeOf } from './outcome.ts';

const place = mkdtempSync(join(tmpdir(), 'retrace-xml-'));
afterAll(() => rmSync(place, { recursive: true }));
const path = join(place, 'shop.xml');
const head = "<?xml version='1.0' encoding='UTF-8'?>\n";

const shop = `${head}<shop open="no">
  <goods>
    <item id="1">tea</item>
    <item id="2">milk</item>
  </goods>
  <note/>
</shop>`;

const write = (text: string | Buffer): void => writeFileSync(path, text);
const text = (): string => readFileSync(path, 'utf8');
const run = (args: object, check = false) => runHere(xml, { path, ...args }, { check });

/** The file after a task that a check foretells, and that is ok when it runs again. */
async function becomes(given: string, args: object, { again = 'ok' } = {}): Promise<string> {
  write(given);
  const foretold = outcomeOf(await run(args, true));
  expect(text()).toBe(given);
  const done = outcomeOf(await run(args));
  expect(done).toEqual(foretold);
  expect(done[0]).toBe('changed');
  const result = text();
  expect((await run(args)).status).toBe(again);
  return result;
}

describe('xml', () => {
  test('sets the text and the attributes of what matches', async () => {
    expect(await becomes(shop, { xpath: "/shop/goods/item[@id='2']", value: 'a < b & "c"' })).toBe(
      shop.replace('milk', 'a &lt; b &amp; "c"'),
    );
    expect(await becomes(shop, { xpath: '/shop', attribute: 'open', value: 'y"es' })).toBe(
      shop.replace('"no"', '"y&quot;es"'),
    );
    expect(await becomes(shop, { xpath: '/shop/goods/item', attribute: 'sold', value: 3 })).toBe(
      shop.replaceAll('">', '" sold="3">').replace('no" sold="3"', 'no"'),
    );
  });

  test('makes what is missing', async () => {
    const inShop = (made: string): string => shop.replace('</shop>', `${made}</shop>`);
    expect(await becomes(shop, { xpath: '/shop/owner/name/first', value: 'Ann' })).toBe(
      inShop('<owner><name><first>Ann</first></name></owner>'),
    );
    expect(await becomes(shop, { xpath: '/shop/owner' })).toBe(inShop('<owner/>'));
    expect(await becomes(shop, { xpath: "/shop/owner/@born='1976'" })).toBe(inShop('<owner born="1976"/>'));
    expect(await becomes(shop, { xpath: '/shop/tax/@rate' })).toBe(inShop('<tax rate=""/>'));
    expect(await becomes(shop, { xpath: "/shop/tag/text()='Ann''s'".replace("''", '') })).toBe(
      inShop('<tag>Anns</tag>'),
    );
    expect(await becomes(shop, { xpath: "/shop/owner/name[first/text()='Ann' and @k='v']/last", value: 'B' })).toBe(
      inShop('<owner><name k="v"><first>Ann</first><last>B</last></name></owner>'),
    );
    write(shop);
    expect((await run({ xpath: '/shop/owner', value: 'x', create_if_missing: false })).status).toBe('ok');
  });

  test('removes elements with the white space after them, and attributes', async () => {
    expect(await becomes(shop, { xpath: '/shop/goods/item', state: 'absent' })).toBe(
      shop.replace(/<item.*<\/item>\s*<item.*<\/item>\n {2}/s, ''),
    );
    expect(await becomes(shop, { xpath: '/shop/@open', ensure: 'absent' })).toBe(shop.replace(' open="no"', ''));
    expect(await becomes('<a>x<b/>y<c/></a>', { xpath: '/a/b', state: 'absent' })).toBe(`${head}<a>xy<c/></a>`);
    // The second item is then another one, which a further run removes.
    const three = '<a><b>1</b><b>2</b><b>3</b></a>';
    expect(await becomes(three, { xpath: '/a/b[2]', state: 'absent' }, { again: 'changed' })).toBe(
      `${head}<a><b>1</b><b>3</b></a>`,
    );
  });

  test('sets children once, and adds them each time', async () => {
    const children = [{ item: { id: '3', '+value': 'jam', _: [{ price: '2' }, 'new'] } }, { item: 'salt' }, 'last'];
    const written = '<item id="3">jam<price>2</price><new/></item><item>salt</item><last/>';
    expect(await becomes(shop, { xpath: '/shop/note', set_children: children })).toBe(
      shop.replace('<note/>', `<note>${written}</note>`),
    );
    expect(await becomes(shop, { xpath: '/shop/goods', set_children: [] })).toBe(
      shop.replace(/<item.*<\/item>\n {2}/s, ''),
    );
    const add = { xpath: '/shop/goods/item', add_children: ['<x y="1">z</x>'], input_type: 'xml' };
    expect(await becomes(shop, add, { again: 'changed' })).toBe(shop.replace('milk', 'milk<x y="1">z</x>'));
    expect(await becomes(shop, { ...add, insertbefore: true }, { again: 'changed' })).toBe(
      shop.replace('<item id="1">', '<x y="1">z</x><item id="1">'),
    );
    expect(await becomes(shop, { ...add, insertafter: true }, { again: 'changed' })).toBe(
      shop.replace('</goods>', '<x y="1">z</x></goods>'),
    );
  });

  test('knows namespaces', async () => {
    const given = `${head}<a xmlns:k="K" xmlns="A" k:b="1">\n  <c xmlns="C"/>\n</a>`;
    const namespaces = { a: 'A', c: 'C', n: 'N', key: 'K' };
    const changed = (args: object) => becomes(given, { namespaces, ...args });
    expect(await changed({ xpath: '/a:a/c:c', value: '2' })).toBe(given.replace('/>', '>2</c>'));
    expect(await changed({ xpath: '/a:a', attribute: 'key:b', value: '2' })).toBe(given.replace('"1"', '"2"'));
    expect(await changed({ xpath: '/a:a/a:d/n:e', value: '2' })).toBe(
      given.replace('</a>', '<d><ns0:e xmlns:ns0="N">2</ns0:e></d></a>'),
    );
    expect(await changed({ xpath: '/a:a/c:c', attribute: 'n:d', value: '2' })).toBe(
      given.replace('"C"/', '"C" xmlns:ns0="N" ns0:d="2"/'),
    );
    expect(await changed({ xpath: '/a:a/c:c', set_children: ['plain', { 'a:d': '1' }] })).toBe(
      given.replace('/>', '><plain/><ns0:d xmlns:ns0="A">1</ns0:d></c>'),
    );
    write(given);
    expect(await run({ namespaces, xpath: '/a:a/*', content: 'attribute' })).toMatchObject({
      status: 'ok',
      result: { matches: [{ '{C}c': {} }], count: 1, msg: 1 },
    });
  });

  test('keeps comments, CDATA, the document type and other encodings, and indents if asked to', async () => {
    const given =
      '<!-- one -->\n<!DOCTYPE a SYSTEM "a.dtd" [<!ELEMENT a ANY>]>\n<a><b><![CDATA[<]]></b> <c>t<d/></c>\n</a>';
    const start = `${head}<!-- one -->\n<!DOCTYPE a SYSTEM "a.dtd" [<!ELEMENT a ANY>]>\n`;
    expect(await becomes(given, { xpath: '/a/e' })).toBe(`${start}<a><b><![CDATA[<]]></b> <c>t<d/></c>\n<e/></a>`);
    expect(await becomes(given, { pretty_print: true })).toBe(
      `${start}<a>\n  <b><![CDATA[<]]></b>\n  <c>t<d/></c>\n</a>\n`,
    );
    expect(await becomes(given, { xpath: '/a/e', strip_cdata_tags: true })).toContain('<b>&lt;</b>');
    write(Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?>\n<a>\xe9</a>', 'latin1'));
    await run({ xpath: '/a', attribute: 'b', value: 'ü', backup: true });
    expect(text()).toBe(`${head}<a b="ü">é</a>`);
    expect(readdirSync(place).filter((name) => name.endsWith('~'))).toHaveLength(1);
  });

  test('only reads', async () => {
    write(shop);
    const before = statSync(path).mtimeMs;
    const told = async (args: object) => {
      const ended = await run({ xpath: '/shop/goods/item', ...args });
      expect(ended.status).toBe('ok');
      return 'result' in ended ? ended.result : undefined;
    };
    expect(await told({ count: true })).toMatchObject({ count: 2, msg: 'found 2 nodes' });
    expect(await told({ content: 'text' })).toMatchObject({ matches: [{ item: 'tea' }, { item: 'milk' }], count: 2 });
    expect(await told({ print_match: true })).toMatchObject({
      matches: ['/shop/goods/item[1]', '/shop/goods/item[2]'],
      msg: `selector '/shop/goods/item' match: ["/shop/goods/item[1]", "/shop/goods/item[2]"]`,
    });
    expect(await told({ xpath: "/shop/goods/item/text()='tea'" })).toMatchObject({
      actions: { xpath: "/shop/goods/item/text()='tea'", namespaces: {}, state: 'present' },
    });
    expect(statSync(path).mtimeMs).toBe(before);
    expect(await runHere(xml, { xmlstring: '<a/>', xpath: '/a/b', value: 'c' })).toMatchObject({
      status: 'changed',
      result: { xmlstring: `${head}<a><b>c</b></a>` },
    });
  });

  test('says what is wrong', async () => {
    const failure = async (args: object, given = shop) => {
      write(given);
      const outcome = outcomeOf(await run(args));
      expect(outcome).toHaveLength(2);
      expect(text()).toBe(given);
      return outcome[1];
    };
    expect(await failure({ xpath: '/shop' }, '<shop>')).toBe(
      `Error while parsing document: ${path} (unclosed xml tag(s): shop)`,
    );
    expect(await failure({ xpath: '/a' }, '<!DOCTYPE a [<!ENTITY e "v">]><a>&e;</a>')).toMatch(
      /unknown entity &e;: entities that a document declares are not supported/,
    );
    expect(await failure({ xpath: '/shop/[' })).toMatch(/^Syntax error in xpath expression: \/shop\/\[/);
    expect(await failure({ xpath: '/shop/x:a' })).toMatch(/Undefined namespace prefix x$/);
    expect(await failure({ xpath: '/other/a' })).toBe(
      "Can't process Xpath /other/a in order to spawn nodes: there is no /other",
    );
    expect(await failure({ xpath: '/shop/a[2]' })).toBe("Can't process Xpath ./2 in order to spawn nodes!");
    expect(await failure({ xpath: '/shop/@open', value: 'x' })).toMatch(/does not reference a node!.*attribute/);
    expect(await failure({ xpath: '/shop/note', value: true })).toMatch(/boolean: put it in quotes, as in "true"/);
    expect(await failure({ xpath: '/shop', state: 'absent' })).toMatch(/^Couldn't delete xpath target: \/shop/);
    expect(await failure({ xpath: '/shop/no', content: 'text' })).toBe('Xpath /shop/no does not reference a node!');
    expect(await failure({})).toBe("Don't know what to do");
    expect(outcomeOf(await run({ path: join(place, 'none'), xpath: '/a' }))).toEqual([
      'failed',
      `The target XML source '${join(place, 'none')}' does not exist.`,
    ]);
  });
});
