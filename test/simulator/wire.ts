import { CrosslinkError } from '../../lib/errors';
import { cancelledError } from '../../lib/transport/cancelled';

/**
 * What befalls one call.
 * - `lostRequest`: cut before any work; `lostAnswer`: the work is done, the answer never arrives
 * - `down`, `throttled`, `refused`: answered so, without any work
 * - `hang`: never answered
 */
export type WireFault = 'lostRequest' | 'lostAnswer' | 'down' | 'throttled' | 'refused' | 'hang';

export type CallKind = 'read' | 'match' | 'search' | 'upsert' | 'remove' | 'associate' | 'test';

export interface WireOptions {
	/** Tries per call of what may be repeated without harm. */
	attempts: number;
	signal?: AbortSignal;
	/** Asked for each try. */
	fault(kind: CallKind): WireFault | undefined;
	/** Awaited before the work and again before its answer; a place to stop at. */
	pass?(place: string): Promise<void>;
	/** Told of each try. */
	onCall?(kind: CallKind, inputs: number): void;
}

/** The way to the simulated vendor: every call may be lost, refused, or done and not answered. */
export class Wire {
	constructor(private readonly options: WireOptions) {}

	async call<T>(kind: CallKind, inputs: number, work: () => T): Promise<T> {
		const { attempts } = this.options;
		for (let attempt = 1; ; attempt++) {
			try {
				return await this.once(kind, inputs, work);
			} catch (thrown) {
				const again = thrown instanceof CrosslinkError && ['transient', 'unknown'].includes(thrown.class);
				if (!again || thrown.code === 'cancelled' || attempt >= attempts) throw thrown;
			}
		}
	}

	private async once<T>(kind: CallKind, inputs: number, work: () => T): Promise<T> {
		const { signal, pass, onCall } = this.options;
		if (signal?.aborted) throw cancelledError(kind, true);
		await pass?.(`before ${kind}`);
		const fault = this.options.fault(kind);
		onCall?.(kind, inputs);
		switch (fault) {
			case 'hang':
				await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
				throw cancelledError(kind, true);
			case 'lostRequest':
				throw lost(kind, 'transient');
			case 'down':
				throw answered(kind, 'transient', 'vendor_down');
			case 'throttled':
				throw answered(kind, 'throttled', 'vendor_throttled');
			case 'refused':
				throw answered(kind, 'auth', 'credential_refused');
			case 'lostAnswer':
			case undefined:
				break;
		}
		const answer = work();
		await pass?.(`after ${kind}`);
		if (signal?.aborted) throw cancelledError(kind, true);
		if (fault === 'lostAnswer') throw lost(kind, 'unknown');
		return answer;
	}
}

function lost(kind: CallKind, errorClass: 'transient' | 'unknown'): CrosslinkError {
	return new CrosslinkError({
		class: errorClass,
		code: errorClass === 'unknown' ? 'answer_lost' : 'connection_lost',
		message: `The simulated vendor's connection broke during ${kind}.`,
		remedy: 'Run it again.',
	});
}

function answered(kind: CallKind, errorClass: 'transient' | 'throttled' | 'auth', code: string): CrosslinkError {
	return new CrosslinkError({
		class: errorClass,
		code,
		message: `The simulated vendor did not take ${kind}: ${code}.`,
		remedy: errorClass === 'auth' ? 'Change the credential.' : 'Run it again later.',
	});
}
