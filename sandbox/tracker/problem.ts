/** A request the Tracker refuses: becomes `{ error: { code, message, field? } }` with this status. */
export class RequestProblem extends Error {
	constructor(
		readonly status: number,
		readonly code: string,
		message: string,
		readonly field?: string,
	) {
		super(message);
		this.name = 'RequestProblem';
	}

	toBody(): { error: { code: string; message: string; field?: string } } {
		return {
			error: { code: this.code, message: this.message, ...(this.field === undefined ? {} : { field: this.field }) },
		};
	}
}
