import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { readConnection } from '../../../../lib/adapters/directory/connection';
import { Session } from '../../../../lib/adapters/directory/session';

/** An answer to the first request: success. */
const SUCCESS = Buffer.from('300c02010178070a010004000400', 'hex');

let server: Server;
const received: Buffer[] = [];
async function serve(answer: (socket: Socket) => void): Promise<number> {
	server = createServer((socket) => {
		socket.on('error', () => undefined);
		socket.once('data', () => answer(socket));
		socket.on('data', (bytes) => received.push(bytes));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return (server.address() as AddressInfo).port;
}
afterEach(async () => {
	received.length = 0;
	await new Promise((resolve) => server.close(resolve));
});

const connectTo = async (port: number, security: string) =>
	await Session.open(
		readConnection({ host: '127.0.0.1', port: String(port), security, bindDn: 'cn=x', bindPassword: 'the-password' }),
		undefined,
		AbortSignal.timeout(5_000),
	);

it('takes nothing that comes in clear text behind the answer to StartTLS', async () => {
	const port = await serve((socket) => socket.write(Buffer.concat([SUCCESS, Buffer.from([0x30, 0x30])])));
	await expect(connectTo(port, 'startTls')).rejects.toThrow('in clear text after StartTLS');
	expect(Buffer.concat(received).includes('the-password')).toBe(false);
});

it('says nothing in clear text where the server refuses StartTLS', async () => {
	const refusal = Buffer.from(SUCCESS);
	refusal[9] = 2;
	const port = await serve((socket) => socket.write(refusal));
	await expect(connectTo(port, 'startTls')).rejects.toMatchObject({ code: 2 });
	expect(Buffer.concat(received).includes('the-password')).toBe(false);
});

it.each([
	['what is no LDAP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
	['a message that cannot be read', Buffer.from('300502010178ff', 'hex')],
	['a farewell', Buffer.from('302b02010078260a0134040004008a16312e332e362e312e342e312e313436362e3230303336', 'hex')],
	['nothing', Buffer.alloc(0)],
])('ends with the connection when the answer is %s', async (_name, answer) => {
	const port = await serve((socket) => socket.end(answer));
	const session = await connectTo(port, 'none');
	await expect(session.bind('cn=x', 'the-password')).rejects.toThrow();
	await expect(session.bind('cn=x', 'the-password')).rejects.toThrow();
	session.close();
});
