import { CrosslinkError } from '../errors';

/** A proxy that calls go through: `CONNECT` for https, whole requests for http. */
export interface ProxyAddress {
	protocol: 'http' | 'https';
	/** IPv6 in brackets. */
	host: string;
	port: number;
	/** Percent-encoded, as in a URL. */
	auth?: { username: string; password: string };
}

/**
 * Takes `http://user:password@proxy:3128` apart. Checked here because n8n would take no notice of an address it cannot
 * use, and call without the proxy.
 * @param of whose connection, for messages
 * @throws CrosslinkError `auth`, `proxy_unusable`; the address is not shown, a password may be in it
 */
export function readProxy(url: string, of: string): ProxyAddress {
	const parsed = URL.canParse(url) ? new URL(url) : undefined;
	if (parsed === undefined || !/^https?:\/\//i.test(url)) {
		const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1];
		throw unusable(of, scheme === undefined ? 'is no URL' : `begins with "${scheme}://", which is not supported`);
	}
	if (parsed.pathname !== '/' || parsed.search !== '' || parsed.hash !== '') {
		throw unusable(of, 'has something after the port');
	}
	if (!decodable(parsed.username) || !decodable(parsed.password)) {
		throw unusable(of, 'has a % in user or password that encodes nothing');
	}
	const { hostname: host, username, password } = parsed;
	const protocol = parsed.protocol === 'https:' ? 'https' : 'http';
	const port = Number(parsed.port || (protocol === 'https' ? 443 : 80));
	return { protocol, host, port, ...(username !== '' && { auth: { username, password } }) };
}

function decodable(text: string): boolean {
	try {
		decodeURIComponent(text);
		return true;
	} catch {
		return false;
	}
}

function unusable(of: string, reason: string): CrosslinkError {
	return new CrosslinkError({
		class: 'auth',
		code: 'proxy_unusable',
		message: `"Proxy" of the ${of} connection ${reason}.`,
		remedy:
			'Give it as http://proxy.example:3128, or http://user:password@proxy.example:3128 with special characters ' +
			'percent-encoded (@ is %40, : is %3A, % is %25).',
	});
}
