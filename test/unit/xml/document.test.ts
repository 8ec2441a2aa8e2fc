import { child, descendants, escapeXml, parseXml, textOf } from '../../../lib/xml/document';

it('resolves namespaces, text and CDATA', async () => {
	const root = await parseXml('<a:r xmlns:a="urn:1"><b xmlns="urn:2" x="1">t&lt;<![CDATA[<c>]]></b><b>2</b></a:r>');
	expect(root).toMatchObject({ name: 'r', namespace: 'urn:1' });
	expect(child(root, 'b')).toMatchObject({ namespace: 'urn:2', attributes: { x: '1' } });
	expect(textOf(root, 'b')).toBe('t<<c>');
	expect(descendants(root, 'b')).toHaveLength(2);
});

it.each([
	['an entity of its own', '<!DOCTYPE r [<!ENTITY e "boom">]><r>&e;</r>'],
	['entities that grow', '<!DOCTYPE r [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><r>&b;</r>'],
	['a file from outside', '<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>'],
	['an unknown entity', '<r>&nbsp;</r>'],
	['an open end', '<r><a></r>'],
	['nothing', ''],
	['endless depth', '<a>'.repeat(100) + '</a>'.repeat(100)],
])('refuses %s', async (_name, text) => {
	await expect(parseXml(text)).rejects.toMatchObject({ class: 'rejected', code: 'xml_unreadable' });
});

it('writes any text so that it comes back, but for what XML cannot hold', async () => {
	const text = `<&>"'\r\n\t ü 😀`;
	expect((await parseXml(`<r>${escapeXml(text)}</r>`)).text).toBe(text);
	expect(escapeXml('a\u0000b\u0008c')).toBe('abc');
});
