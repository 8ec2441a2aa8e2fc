import { AsyncLocalStorage } from 'node:async_hooks';
import type { Random } from './random';

interface Parked {
	task: Task;
	resume(): void;
	place: string;
}

export interface Task {
	name: string;
	alive: boolean;
	done: boolean;
	failure?: unknown;
}

/**
 * Runs several tasks at once and lets exactly one of them move at a time, from one place of passage to the next: so all
 * interleavings are possible, and one seed gives one of them. A killed task stays where it is for ever, as a process that
 * was killed does: none of its `finally` blocks run.
 */
export class Scheduler {
	private readonly current = new AsyncLocalStorage<Task>();
	private parked: Parked[] = [];
	private running = 0;
	private rest: (() => void) | undefined;
	readonly tasks: Task[] = [];
	/** Off: tasks run through, one after another. */
	interleave = true;

	constructor(private readonly random: Random) {}

	start(name: string, work: () => Promise<void>): Task {
		const task: Task = { name, alive: true, done: false };
		this.tasks.push(task);
		this.running++;
		void this.current.run(task, async () => {
			try {
				await this.pass('start');
				await work();
			} catch (thrown) {
				task.failure = thrown;
			}
			if (task.alive) {
				task.alive = false;
				task.done = true;
				this.remove(task);
				this.stopped();
			}
		});
		return task;
	}

	/** A place where others may move, and where the task may be killed. */
	async pass(place: string): Promise<void> {
		const task = this.current.getStore();
		if (task === undefined || !this.interleave) return;
		await new Promise<void>((resume) => {
			this.parked.push({ task, resume, place });
			this.stopped();
		});
	}

	/** Tasks that can be moved or killed. */
	get alive(): Task[] {
		return this.parked.map(({ task }) => task);
	}

	/** Lets one of them go on to its next place. */
	async step(): Promise<void> {
		// Those that wait for a lease go on last, or they would only spin.
		const awake = this.parked.filter(({ place }) => place !== 'sleep');
		const next = this.random.pick(awake.length > 0 && !this.random.chance(0.1) ? awake : this.parked);
		this.parked = this.parked.filter((one) => one !== next);
		this.running++;
		next.resume();
		await this.quiet();
	}

	kill(task: Task): string {
		const place = this.parked.find((one) => one.task === task)?.place ?? 'nowhere';
		task.alive = false;
		this.parked = this.parked.filter((one) => one.task !== task);
		this.remove(task);
		return place;
	}

	/** Resolves when every task is at a place, done or dead. */
	async quiet(): Promise<void> {
		if (this.running === 0) return;
		await new Promise<void>((resolve) => {
			this.rest = resolve;
		});
	}

	private stopped(): void {
		this.running--;
		if (this.running > 0) return;
		this.rest?.();
		this.rest = undefined;
	}

	private remove(task: Task): void {
		this.tasks.splice(this.tasks.indexOf(task), 1);
	}
}
