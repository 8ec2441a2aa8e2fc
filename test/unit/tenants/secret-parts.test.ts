import { withSecretParts } from '../../../lib/tenants/secret-parts';

it('a secret that is no address is itself', () => {
	expect(withSecretParts('xoxb-0123456789-abcdefghijkl')).toEqual(['xoxb-0123456789-abcdefghijkl']);
	expect(withSecretParts('a/b:c://d e')).toEqual(['a/b:c://d e']);
});

it('an address is a secret in its long parts, too, and not in its words', () => {
	const slack = 'https://hooks.slack.com/services/T0SANDBOX1/B0WEBHOOK1/abcdefghijklmnopqrstuvwx';
	expect(withSecretParts(slack)).toEqual([slack, 'abcdefghijklmnopqrstuvwx']);
	const teams =
		'https://prod.example/workflows/0a1b2c3d4e5f60718293/triggers/manual?api-version=1&sig=abc%2Bdefghijklmnopqr';
	expect(withSecretParts(teams)).toEqual([teams, '0a1b2c3d4e5f60718293', 'abc+defghijklmnopqr']);
});

it('a proxy’s password is one by itself, also as it is meant', () => {
	const proxy = 'http://user:p%40ss@proxy.example:3128';
	expect(withSecretParts(proxy)).toEqual([proxy, 'p%40ss', 'p@ss']);
	expect(withSecretParts('http://proxy.example:3128')).toEqual(['http://proxy.example:3128']);
});
