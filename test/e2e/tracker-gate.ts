import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it went through. */
export interface Passed {
	method: string;
	path: string;
	ifMatch: string | undefined;
	status: number;
}

const LET_THROUGH = async (_passed: Passed): Promise<boolean> => await Promise.resolve(true);

/** Stands between n8n and the Tracker, so that something can happen exactly between two of the flow's calls. */
export class TrackerGate {
	readonly passed: Passed[] = [];
	/** Runs once the Tracker has answered and before n8n hears it; false = n8n never hears it. */
	beforeAnswer = LET_THROUGH;

	private constructor(
		private readonly target: string,
		private readonly server: Server,
	) {}

	/** On a free port of this machine, in front of the Tracker at `target`. */
	static async start(target: string): Promise<TrackerGate> {
		const server = createServer();
		const gate = new TrackerGate(target, server);
		server.on('request', (request: IncomingMessage, response: ServerResponse) => void gate.pass(request, response));
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		return gate;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	/** Changes that were tried since the last `forget`. */
	get writes(): Passed[] {
		return this.passed.filter(({ method }) => method === 'PATCH');
	}

	forget(): void {
		this.passed.length = 0;
		this.beforeAnswer = LET_THROUGH;
	}

	async stop(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const { method = '', url: path = '', headers } = request;
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const { authorization = '', 'content-type': type, 'if-match': ifMatch } = headers;
		const answer = await fetch(this.target + path, {
			method,
			headers: { authorization, ...(type && { 'content-type': type }), ...(ifMatch && { 'if-match': ifMatch }) },
			body: chunks.length > 0 ? Buffer.concat(chunks) : undefined,
		});
		const body = await answer.text();
		const passed = { method, path, ifMatch, status: answer.status };
		this.passed.push(passed);
		if (!(await this.beforeAnswer(passed))) return void response.destroy();
		response.writeHead(answer.status, { 'content-type': 'application/json' }).end(body);
	}
}
