import { asCrosslinkError, CrosslinkError } from '../../errors';

/** What one batch call did. */
export interface Written<Input, Result> {
	results: Result[];
	/** Inputs the answer says nothing about: they are written again in smaller batches. */
	unsettled: Input[];
}

export interface BatchPort<Input, Result> {
	/** One call. Throws when the whole batch was refused. */
	write(inputs: Input[]): Promise<Written<Input, Result>>;
	/** The result of an input that could not be written. */
	failed(input: Input, error: CrosslinkError): Result;
	/** Inputs that a refusal names, with their own errors; the rest of the batch is tried again without them. */
	blamed(error: CrosslinkError, inputs: Input[]): Map<Input, CrosslinkError>;
}

/**
 * Writes batches so that one bad record leaves the others done: HubSpot answers some faults of a single record with a
 * refusal of the whole batch. Inputs that the refusal names are taken out; if it names none, the batch is halved until
 * the bad ones stand alone (at worst about 2n calls). A failure that is not about records (auth, throttled, cancelled,
 * down) ends everything: no further call is made and the rest gets that error.
 */
export class IsolatingWriter<Input, Result> {
	private halted: CrosslinkError | undefined;

	constructor(private readonly port: BatchPort<Input, Result>) {}

	async write(inputs: Input[]): Promise<Result[]> {
		if (inputs.length === 0) return [];
		if (this.halted) return this.allFailed(inputs, this.halted);
		try {
			const { results, unsettled } = await this.port.write(inputs);
			if (unsettled.length === 0) return results;
			return [...results, ...(await this.writeSmaller(unsettled, inputs.length))];
		} catch (thrown) {
			const error = asCrosslinkError(thrown);
			if (!isAboutRecords(error)) {
				this.halted = error;
				return this.allFailed(inputs, error);
			}
			return await this.writeWithoutBlamed(inputs, error);
		}
	}

	private async writeSmaller(unsettled: Input[], batchSize: number): Promise<Result[]> {
		if (unsettled.length < batchSize) return await this.write(unsettled);
		if (unsettled.length === 1) return this.allFailed(unsettled, saidNothing());
		return await this.writeHalves(unsettled);
	}

	private async writeWithoutBlamed(inputs: Input[], error: CrosslinkError): Promise<Result[]> {
		if (inputs.length === 1) return this.allFailed(inputs, error);
		const blamed = this.port.blamed(error, inputs);
		if (blamed.size === 0) return await this.writeHalves(inputs);
		const failed = [...blamed].map(([input, own]) => this.port.failed(input, own));
		return [...failed, ...(await this.write(inputs.filter((input) => !blamed.has(input))))];
	}

	private async writeHalves(inputs: Input[]): Promise<Result[]> {
		const middle = Math.ceil(inputs.length / 2);
		return [...(await this.write(inputs.slice(0, middle))), ...(await this.write(inputs.slice(middle)))];
	}

	private allFailed(inputs: Input[], error: CrosslinkError): Result[] {
		return inputs.map((input) => this.port.failed(input, error));
	}
}

function isAboutRecords(error: CrosslinkError): boolean {
	return (error.class === 'rejected' || error.class === 'conflict') && error.httpStatus !== undefined;
}

function saidNothing(): CrosslinkError {
	return new CrosslinkError({
		class: 'unknown',
		code: 'answer_incomplete',
		message: 'HubSpot took the call but said nothing about this record.',
		remedy: 'It is looked up before it is written again.',
	});
}
