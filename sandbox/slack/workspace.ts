/** A message as Slack keeps it. */
export interface SlackMessage {
	type: 'message';
	subtype: 'bot_message';
	ts: string;
	text: string;
	user: string;
	bot_id: string;
	team: string;
	thread_ts?: string;
	blocks?: unknown[];
	metadata?: { event_type: string; event_payload: Record<string, unknown> };
}

export interface SlackChannel {
	id: string;
	name: string;
	archived: boolean;
	/** The app is in it. */
	joined: boolean;
	messages: SlackMessage[];
}

/** Channels of one workspace with what was posted there. */
export class Workspace {
	readonly id = 'T0SANDBOX1';
	readonly channels: SlackChannel[] = [
		{ id: 'C0GENERAL01', name: 'general', archived: false, joined: true, messages: [] },
		{ id: 'C0ORDERS001', name: 'orders', archived: false, joined: true, messages: [] },
		{ id: 'C0ARCHIVE01', name: 'old', archived: true, joined: true, messages: [] },
		{ id: 'C0PRIVATE01', name: 'board', archived: false, joined: false, messages: [] },
	];
	private last = 0;

	/** By ID, or by name with or without `#`. */
	find(channel: string): SlackChannel | undefined {
		const name = channel.replace(/^#/, '');
		return this.channels.find((one) => one.id === channel || one.name === name);
	}

	post(channel: SlackChannel, message: Pick<SlackMessage, 'text' | 'blocks' | 'metadata' | 'thread_ts'>): SlackMessage {
		// Seconds with six digits behind the point, which never come twice.
		this.last = Math.max(this.last + 1, Date.now() * 1_000);
		const ts = `${Math.floor(this.last / 1e6)}.${String(this.last % 1e6).padStart(6, '0')}`;
		const posted: SlackMessage = {
			type: 'message',
			subtype: 'bot_message',
			ts,
			user: 'U0CROSSLINK',
			bot_id: 'B0CROSSLINK',
			team: this.id,
			...message,
		};
		channel.messages.unshift(posted);
		return posted;
	}
}
