import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';

/** Asks a database while this thread stands still, as the kit's harness asks a stand-in in the same process. */
export interface AskedAtOnce {
	query(sql: string): Array<Record<string, unknown>>;
	stop(): Promise<void>;
}

/** Longest wait for an answer, in milliseconds. */
const PATIENCE_MS = 20_000;

/** The other thread: plain JavaScript, because it starts without the test's compiler. */
const THREAD = `
const { workerData } = require('node:worker_threads');
const { port, flag, system, connection } = workerData;
const signal = new Int32Array(flag);
const ready = (async () => {
	if (system === 'mysql') {
		const client = await require('mysql2/promise').createConnection(connection);
		return { query: async (sql) => (await client.query(sql))[0], end: () => client.end() };
	}
	const { Client } = require('pg');
	const client = new Client(connection);
	await client.connect();
	return { query: async (sql) => (await client.query(sql)).rows, end: () => client.end() };
})();
port.on('message', async (sql) => {
	const answer = {};
	try {
		const client = await ready;
		if (sql === null) await client.end();
		else answer.rows = JSON.parse(JSON.stringify(await client.query(sql)));
	} catch (error) {
		answer.error = String(error);
	}
	port.postMessage(answer);
	Atomics.store(signal, 0, 1);
	Atomics.notify(signal, 0);
	if (sql === null) port.close();
});
`;

export function askAtOnce(system: 'postgresql' | 'mysql', connection: object): AskedAtOnce {
	const { port1, port2 } = new MessageChannel();
	const flag = new SharedArrayBuffer(4);
	const signal = new Int32Array(flag);
	const worker = new Worker(THREAD, {
		eval: true,
		workerData: { port: port2, flag, system, connection },
		transferList: [port2],
	});
	const ask = (sql: string | null): unknown => {
		Atomics.store(signal, 0, 0);
		port1.postMessage(sql);
		if (Atomics.wait(signal, 0, 0, PATIENCE_MS) === 'timed-out') throw new Error(`no answer to ${String(sql)}`);
		const { rows, error } = receiveMessageOnPort(port1)?.message as { rows?: unknown; error?: string };
		if (error !== undefined) throw new Error(error);
		return rows;
	};
	return {
		query: (sql) => (ask(sql) ?? []) as Array<Record<string, unknown>>,
		async stop() {
			ask(null);
			port1.close();
			await worker.terminate();
		},
	};
}
