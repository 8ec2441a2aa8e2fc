/**
 * Collects what is asked for within a few milliseconds and does it in one go, so that many executions at once cost few
 * statements. Answers come in the order of the questions; a failure is everybody's.
 * @param ms how long the first one waits for others
 */
export function grouped<Ask, Answer>(
	ms: number,
	run: (asked: Ask[]) => Promise<Answer[]>,
): (ask: Ask) => Promise<Answer> {
	let waiting: { asked: Ask[]; answers: Promise<Answer[]> } | undefined;

	function begin(): NonNullable<typeof waiting> {
		const asked: Ask[] = [];
		const answers = new Promise<void>((resolve) => setTimeout(resolve, ms)).then(async () => {
			waiting = undefined;
			return await run(asked);
		});
		return { asked, answers };
	}

	return async (ask) => {
		waiting ??= begin();
		const { asked, answers } = waiting;
		const index = asked.push(ask) - 1;
		return (await answers)[index] as Answer;
	};
}
