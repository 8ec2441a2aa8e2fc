import { connect, type Socket } from 'node:net';
import { CrosslinkError } from '../../errors';
import type { Egress } from '../../transport/egress';
import { CONNECT_TIMEOUT_MS } from './limits';
import type { MailConnection } from './connection';

/**
 * An open socket to the relay, for the mail library to speak over: the egress filter is asked about the address that is really
 * used, and a failure here is proof that nothing was said yet.
 * @throws CrosslinkError `transient` `unreachable`; `egress_blocked`
 */
export async function openSocket({ host, port, shown }: MailConnection, egress: Egress | undefined): Promise<Socket> {
	await egress?.ask(host, port);
	return await new Promise((resolve, reject) => {
		const socket = connect({ host: host.replace(/^\[(.*)\]$/, '$1'), port, ...(egress && { lookup: egress.lookup }) });
		const timer = setTimeout(
			() => socket.destroy(new Error(`no answer within ${CONNECT_TIMEOUT_MS} ms`)),
			CONNECT_TIMEOUT_MS,
		);
		const fail = (thrown: Error) => {
			clearTimeout(timer);
			reject(thrown instanceof CrosslinkError ? thrown : unreachable(shown, thrown));
		};
		socket.once('error', fail);
		socket.once('connect', () => {
			clearTimeout(timer);
			socket.off('error', fail);
			// A pooled connection that is cut while nobody uses it must not end the process.
			socket.on('error', () => undefined);
			resolve(socket);
		});
	});
}

function unreachable(shown: string, thrown: NodeJS.ErrnoException): CrosslinkError {
	return new CrosslinkError({
		class: 'transient',
		code: 'unreachable',
		message: `The mail server ${shown} could not be reached: ${thrown.code ?? thrown.message}.`,
		remedy: 'Check host, port and network; it is tried again.',
	});
}
