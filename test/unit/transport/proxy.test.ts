import { readProxy } from '../../../lib/transport/proxy';

it.each([
	['http://proxy.example:3128', { protocol: 'http', host: 'proxy.example', port: 3128 }],
	['http://proxy.example', { protocol: 'http', host: 'proxy.example', port: 80 }],
	['https://proxy.example/', { protocol: 'https', host: 'proxy.example', port: 443 }],
	['http://[::1]:3128', { protocol: 'http', host: '[::1]', port: 3128 }],
	[
		'http://me:p%40ss@proxy:8080',
		{ protocol: 'http', host: 'proxy', port: 8080, auth: { username: 'me', password: 'p%40ss' } },
	],
])('takes %s apart', (url, address) => {
	expect(readProxy(url, 'HubSpot')).toEqual(address);
});

it.each([
	['proxy.example:3128', /no URL|not supported/],
	['socks5://proxy.example:1080', /"socks5:\/\/", which is not supported/],
	['http://proxy.example/pac', /after the port/],
	['http://me:secretpw%@proxy:8080', /encodes nothing/],
])('refuses %s and does not show it', (url, words) => {
	expect(() => readProxy(url, 'HubSpot')).toThrow(words);
	expect(() => readProxy(url, 'HubSpot')).not.toThrow('secretpw');
});
