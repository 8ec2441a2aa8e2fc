/** What waits for the same run. */
interface Group<Ask, Answer> {
	asked: Ask[];
	answers: Promise<Answer[]>;
}

/** Asks in one run at most. */
const MAX_ASKS = 100;

/**
 * One run at a time: what is asked for while one is under way is done together with the next, so that much at once costs
 * few statements and a single one waits for nothing. A failure is everybody's who was in that run.
 * @param run gives the answers in the order of the asks
 */
export function grouped<Ask, Answer>(run: (asked: Ask[]) => Promise<Answer[]>): (ask: Ask) => Promise<Answer> {
	let next: Group<Ask, Answer> | undefined;
	let last: Promise<unknown> = Promise.resolve();

	function begin(): Group<Ask, Answer> {
		const asked: Ask[] = [];
		const answers = last.then(async () => {
			if (next?.asked === asked) next = undefined;
			return await run(asked);
		});
		last = answers.catch(() => undefined);
		return { asked, answers };
	}

	return async (ask) => {
		if (next === undefined || next.asked.length >= MAX_ASKS) next = begin();
		const { asked, answers } = next;
		const index = asked.push(ask) - 1;
		return (await answers)[index] as Answer;
	};
}
