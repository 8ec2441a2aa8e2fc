import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const ANSWER_MS = 60_000;

export interface Delivery {
	body: Buffer;
	headers: Record<string, string>;
}

export interface Load {
	/** From the first request to the last answer. */
	seconds: number;
	/** Of each answer, ascending. */
	answersMs: number[];
}

/** Sends these deliveries with so many under way at a time, as fast as they are answered. */
export async function sendAtOnce(url: string, deliveries: Delivery[], underWay: number): Promise<Load> {
	const agent = new Agent({ keepAlive: true, maxSockets: underWay });
	const answersMs: number[] = [];
	let next = 0;
	const start = performance.now();
	const one = async (): Promise<void> => {
		for (let delivery = deliveries[next++]; delivery !== undefined; delivery = deliveries[next++]) {
			answersMs.push(await answerTime(url, delivery, agent));
		}
	};
	try {
		await Promise.all(Array.from({ length: underWay }, one));
		return loadOf(start, answersMs);
	} finally {
		agent.destroy();
	}
}

/** Sends these deliveries at a steady pace, whether or not earlier ones have been answered. */
export async function sendAtPace(url: string, deliveries: Delivery[], perSecond: number): Promise<Load> {
	const agent = new Agent({ keepAlive: true });
	const start = performance.now();
	try {
		const answers: Array<Promise<number>> = [];
		for (const [index, delivery] of deliveries.entries()) {
			await sleep(Math.max(0, start + (index * 1_000) / perSecond - performance.now()));
			answers.push(answerTime(url, delivery, agent));
		}
		return loadOf(start, await Promise.all(answers));
	} finally {
		agent.destroy();
	}
}

/** The answer that a share of all answers was faster than, in milliseconds. */
export function percentile({ answersMs }: Load, share: number): number {
	return answersMs[Math.min(answersMs.length - 1, Math.floor(answersMs.length * share))] ?? NaN;
}

function loadOf(start: number, answersMs: number[]): Load {
	return { seconds: (performance.now() - start) / 1_000, answersMs: answersMs.toSorted((a, b) => a - b) };
}

/** @throws when the answer is not 200 */
async function answerTime(url: string, { body, headers }: Delivery, agent: Agent): Promise<number> {
	const start = performance.now();
	const status = await new Promise<number | undefined>((resolve, reject) => {
		const call = request(url, { method: 'POST', headers, agent, timeout: ANSWER_MS }, (response) => {
			response.resume();
			response.once('error', reject);
			response.once('end', () => resolve(response.statusCode));
		});
		call.once('timeout', () => call.destroy(new Error(`There was no answer within ${ANSWER_MS} ms.`)));
		call.once('error', reject);
		call.end(body);
	});
	if (status !== 200) throw new Error(`A delivery to ${url} was answered ${status ?? 'with no status'}.`);
	return performance.now() - start;
}
