import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

export interface ConnectProxy {
	/** Without user and password. */
	url: string;
	port: number;
	/** What it was asked to open a tunnel to, `host:port`; refused ones, too. */
	asked: string[];
	stop(): Promise<void>;
}

export interface ProxyRules {
	/** `user:password` it asks for. */
	login?: string;
	/** Status with which it refuses every tunnel. */
	refuse?: number;
	/** Hangs up instead of answering. */
	hangUp?: boolean;
}

/** A real HTTP proxy on a free loopback port that opens tunnels (CONNECT) and does nothing else. */
export async function startConnectProxy({ login, refuse, hangUp }: ProxyRules = {}): Promise<ConnectProxy> {
	const asked: string[] = [];
	const sockets = new Set<Socket>();
	const server = createServer((_request, response) => void response.writeHead(501).end());
	server.on('connection', (socket) => sockets.add(socket.on('close', () => sockets.delete(socket))));
	server.on('connect', (request, socket: Socket, head) => {
		socket.on('error', () => undefined);
		asked.push(request.url ?? '');
		if (hangUp) return void socket.destroy();
		const given = request.headers['proxy-authorization'];
		if (login !== undefined && given !== `Basic ${Buffer.from(login).toString('base64')}`) {
			return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n');
		}
		if (refuse !== undefined) return void socket.end(`HTTP/1.1 ${refuse} Refused\r\ncontent-length: 0\r\n\r\n`);
		const [host = '', port = ''] = (request.url ?? '').split(':');
		const target = connect(Number(port), host, () => {
			socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
			target.write(head);
			target.pipe(socket).pipe(target);
		});
		target.on('error', () => socket.destroy());
		sockets.add(target);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		port,
		asked,
		async stop() {
			for (const socket of sockets) socket.destroy();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
