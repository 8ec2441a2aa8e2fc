import { connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
	port: number;
	/** Lets the next request that holds these words through, and cuts the connection instead of answering it. */
	loseAnswerTo(words: string): void;
	/** Cuts the connection when a request holds these words, before the server has seen it. */
	cutBefore(words: string): void;
	/** Tells of every request, in pieces as they come. */
	watch(see: (chunk: Buffer) => void): void;
	/** `down`: connections are cut; `hang`: what comes after these words is not passed on. */
	fail(how: 'down' | { hang: string } | undefined): void;
	/** How many answers were lost. */
	lost(): number;
	stop(): Promise<void>;
}

/** Stands between a client and a loopback server, and can lose an answer after the server has done its work. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
	const sockets = new Set<Socket>();
	let words: string | undefined;
	let cutting: string | undefined;
	let failing: 'down' | { hang: string } | undefined;
	let see: (chunk: Buffer) => void = () => undefined;
	let lost = 0;

	const server = createServer((client) => {
		const upstream = connect(target, '127.0.0.1');
		let losing = false;
		const cut = () => {
			client.destroy();
			upstream.destroy();
		};
		for (const socket of [client, upstream]) {
			sockets.add(socket);
			// Either side may go first; then the other goes too.
			socket.on('error', cut).on('close', () => {
				sockets.delete(socket);
				cut();
			});
		}
		if (failing === 'down') cut();
		let hanging = false;
		client.on('data', (chunk) => {
			see(chunk);
			hanging ||= typeof failing === 'object' && chunk.includes(failing.hang);
			if (hanging) return;
			if (cutting !== undefined && chunk.includes(cutting)) {
				cutting = undefined;
				cut();
				return;
			}
			if (words !== undefined && chunk.includes(words)) {
				words = undefined;
				losing = true;
			}
			upstream.write(chunk);
		});
		upstream.on('data', (chunk) => {
			if (!losing) {
				client.write(chunk);
				return;
			}
			lost++;
			cut();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
	return {
		port: address.port,
		loseAnswerTo(next) {
			words = next;
		},
		cutBefore(next) {
			cutting = next;
		},
		watch(next) {
			see = next;
		},
		fail(how) {
			failing = how;
			if (how === 'down') for (const socket of sockets) socket.destroy();
		},
		lost: () => lost,
		async stop() {
			for (const socket of sockets) socket.destroy();
			await new Promise<void>((resolve) => server.close(() => resolve()));
		},
	};
}
