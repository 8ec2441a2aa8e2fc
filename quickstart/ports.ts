import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

import { Problem } from './problem';

const LOOPBACK = '127.0.0.1';

/** A loopback port nobody uses at this moment. */
export async function freePort(): Promise<number> {
	return await bind(0);
}

/** The wanted port when it is free, else any free one. */
export async function preferPort(wanted: number): Promise<number> {
	return await bind(wanted).catch(freePort);
}

/** Throws a {@link Problem} when the port is in use; 0 stands for any free port. */
export async function requirePort(port: number, purpose: string): Promise<number> {
	try {
		return await bind(port);
	} catch {
		const other = await freePort();
		throw new Problem(
			`Port ${port} on ${LOOPBACK}, wanted for ${purpose}, is in use.`,
			`Stop what uses it, or choose another: npm start -- --port ${other}`,
		);
	}
}

async function bind(port: number): Promise<number> {
	return await new Promise((resolve, reject) => {
		const server = createServer();
		server.once('error', reject);
		server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
			const { port: bound } = server.address() as AddressInfo;
			server.close(() => resolve(bound));
		});
	});
}
