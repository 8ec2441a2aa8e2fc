import { parseFlattened } from './flattened';

interface RunData {
	resultData?: {
		error?: { message?: string; description?: string | null };
		runData?: Record<string, Array<{ data?: { main?: Array<Array<{ json: Record<string, unknown> }> | null> } }>>;
	};
}

/** The message of the error an execution ended with; `''` when there was none. */
export function errorOf(data: string | undefined): string {
	const error = read(data).resultData?.error;
	return [error?.message, error?.description].filter(Boolean).join(' ');
}

/** The items that a node gave at one of its outputs, over all its runs in this execution. */
export function itemsOf(data: string | undefined, node: string, output = 0): Array<Record<string, unknown>> {
	const runs = read(data).resultData?.runData?.[node] ?? [];
	return runs.flatMap((run) => run.data?.main?.[output] ?? []).map(({ json }) => json);
}

function read(data: string | undefined): RunData {
	return data === undefined ? {} : (parseFlattened(data) as RunData);
}
