import type { HttpAnswer, HttpAttempt, HttpClient } from './http';
import { ANSWER_TOO_LARGE, MAX_ANSWER_BYTES } from './answer-size';

/**
 * An HttpClient over Node's own `fetch`, for where there is no n8n (tests, bench, sandbox). The body is counted while
 * it arrives, and a redirect is returned, never followed. The deadline is the attempt's signal: an `AbortSignal.timeout`
 * besides would keep each answered request in memory until its time is over (10 MB after 1,000 calls).
 * It knows neither certificates nor proxies of a connection, and refuses to call with them.
 * @throws what `fetch` throws; an error with code {@link ANSWER_TOO_LARGE} once `maxAnswerBytes` are passed
 */
export function createFetchHttp(maxAnswerBytes = MAX_ANSWER_BYTES): HttpClient {
	return async (attempt: HttpAttempt): Promise<HttpAnswer> => {
		// Calling without the certificate or past the proxy would be worse than not calling.
		if (attempt.network) throw new Error('certificates and proxies of a connection need n8n’s HTTP helper');
		const answer = await fetch(attempt.url, {
			method: attempt.method,
			headers: attempt.headers,
			body: attempt.body,
			redirect: 'manual',
			signal: attempt.signal,
		});
		return {
			status: answer.status,
			headers: Object.fromEntries(answer.headers),
			setCookies: answer.headers.getSetCookie(),
			body: await readBounded(answer, maxAnswerBytes),
		};
	};
}

async function readBounded(answer: Response, maxBytes: number): Promise<Buffer> {
	if (!answer.body) return Buffer.alloc(0);
	const chunks: Uint8Array[] = [];
	let size = 0;
	for await (const chunk of answer.body) {
		size += chunk.byteLength;
		if (size > maxBytes) throw Object.assign(new Error(`answer over ${maxBytes} bytes`), { code: ANSWER_TOO_LARGE });
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}
