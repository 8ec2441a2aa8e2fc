import { createHash } from 'node:crypto';
import type { Adapter, AdapterContext, AdapterModule, ConnectionValues, Mode } from '../adapter';
import type { NotificationDescription } from '../notification';
import { NOTHING_REPLICATED } from '../nothing-replicated';
import { CONNECTION_FIELDS, readConnection } from './connection';
import { LIMITS, MAX_ADDRESSEES, TEXT_CHARACTERS } from './limits';
import { notify, tryLogin } from './notify';

const NOTIFICATION: NotificationDescription = {
	to: {
		displayName: 'Addresses',
		description: 'Bare mail addresses, several with commas between them or as a list from an expression.',
		required: true,
		most: MAX_ADDRESSEES,
	},
	markup: 'html',
	maxLength: TEXT_CHARACTERS,
	parameters: [
		{
			name: 'cc',
			displayName: 'Copies To',
			description: 'Mail addresses that get a copy, with commas between them.',
			type: 'text',
			required: false,
			maxLength: 4_000,
		},
		{
			name: 'replyTo',
			displayName: 'Reply To',
			description: 'Where answers go, if not to the sender.',
			type: 'text',
			required: false,
			maxLength: 320,
		},
	],
};

/** Mail over SMTP: a provider on the internet, or a relay of the own network. */
export const email: Record<Mode, AdapterModule> = { cloud: moduleFor('cloud'), onprem: moduleFor('onprem') };

function moduleFor(mode: Mode): AdapterModule {
	return {
		integration: 'email',
		displayName: 'Email',
		mode,
		entities: [],
		keyField: 'id',
		promises: NOTHING_REPLICATED,
		connectionFields: CONNECTION_FIELDS,
		limits: LIMITS,
		accountKey: ({ host = '', user = '' }) =>
			`email ${createHash('sha256').update(`${host} ${user}`).digest('hex').slice(0, 16)}`,
		caveats: (values) => caveatsOf(values, mode),
		notification: NOTIFICATION,
		create: (context) => create(context, mode),
	};
}

function create({ connection, transport, egress }: AdapterContext, mode: Mode): Adapter {
	const context = () => ({ connection: readConnection(connection, mode), transport, egress });
	return {
		notify: async (message) => await notify(context(), message),
		async test() {
			const ready = context();
			await tryLogin(ready);
			const { login, shown } = ready.connection;
			return {
				accountId: '',
				message: `${shown} takes ${login.by === 'none' ? 'the connection' : `the login of ${login.user}`}.`,
			};
		},
	};
}

function caveatsOf(values: ConnectionValues, mode: Mode): string[] {
	const { security, shown } = readConnection(values, mode);
	return security === 'none'
		? [
				`TLS is off (security "none"): mails go to ${shown} unencrypted, and anybody in between can read and change them.`,
			]
		: [];
}
