import { randomBytes } from 'node:crypto';
import { startMattermost, startTeamsWorkflow } from '../../sandbox/chat-webhooks';
import { startSlack } from '../../sandbox/slack';
import { canMakeCertificates, openWorkshop } from '../servers/certificates';
import { startSmtp } from '../servers/smtp';

/** Letters and digits only: they stand in addresses. */
const planted = (name: string) => `canary${name}${randomBytes(12).toString('hex')}`;

/** Secrets of channels to people. Those of the stand-ins' webhooks are the end of their addresses. */
export const CHANNEL_SECRETS = {
	slackToken: `xoxb-${planted('slack')}`,
	slackWebhook: '5ecre7webhookpath',
	teamsSignature: '5ecre7sig-0123456789',
	mattermostHook: '5ecre7hook0123456789abcdef',
	smtpPassword: planted('smtp'),
	/** Of a record, in what people are told: sealed for as long as the message is kept. */
	customer: planted('customer'),
};

/** One way to tell people, with the connection that it takes. */
export interface PlantedChannel {
	tenant: string;
	integration: string;
	mode: string;
	connection: Record<string, string>;
	/** The same, refused over there. */
	wrong: Record<string, string>;
	to: string;
	/** The next message is refused for good, in words that repeat the secret where the channel can be made to. */
	refuse(): void;
}

/** The same connection to where nobody listens. */
export function nowhereOf(connection: Record<string, string>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(connection).map(([name, value]) => [
			name,
			name === 'port' ? '1' : value.replace(/^(https?:\/\/[^/:]+):\d+/, '$1:1'),
		]),
	);
}

/** Slack both ways, Teams, Mattermost, and mail where certificates can be made. */
export async function startChannels(): Promise<{ channels: PlantedChannel[]; stop(): Promise<void> }> {
	const slack = await startSlack({ token: CHANNEL_SECRETS.slackToken });
	const [teams, mattermost] = [await startTeamsWorkflow(), await startMattermost()];
	const repeating = (url: string, secret: string) => ({
		kind: 'status' as const,
		status: 400,
		body: `{"error":"${url} and ${secret} are not good","id":"${secret}"}`,
	});
	const channels: PlantedChannel[] = [
		{
			...{ tenant: 'by-token', integration: 'slack', mode: 'cloud', to: 'C0ORDERS001' },
			connection: { botToken: slack.token, baseUrl: slack.url },
			wrong: { botToken: `${slack.token}x`, baseUrl: slack.url },
			refuse: () =>
				slack.faults.add({
					kind: 'error',
					method: 'chat.postMessage',
					error: `no_${slack.token}`,
					needed: slack.token,
				}),
		},
		{
			...{ tenant: 'by-webhook', integration: 'slack', mode: 'cloud', to: '' },
			connection: { webhookUrl: slack.webhookUrl },
			wrong: { webhookUrl: `${slack.webhookUrl}x` },
			refuse: () => slack.faults.add({ kind: 'error', method: 'webhook', error: `no_${CHANNEL_SECRETS.slackWebhook}` }),
		},
		{
			...{ tenant: 'by-webhook', integration: 'teams', mode: 'cloud', to: '' },
			connection: { webhookUrl: teams.url },
			wrong: { webhookUrl: `${teams.url}x` },
			refuse: () => void teams.faults.push(repeating(teams.url, CHANNEL_SECRETS.teamsSignature)),
		},
		{
			...{ tenant: 'by-webhook', integration: 'mattermost', mode: 'onprem', to: '' },
			connection: { webhookUrl: mattermost.url },
			wrong: { webhookUrl: `${mattermost.url}x` },
			refuse: () => void mattermost.faults.push(repeating(mattermost.url, CHANNEL_SECRETS.mattermostHook)),
		},
	];
	const stops = [slack, teams, mattermost].map((site) => async () => await site.stop());
	if (canMakeCertificates('secrets of mail')) {
		const workshop = await openWorkshop();
		const authority = await workshop.authority('planted');
		const certificate = await workshop.issue('mail', authority, { names: 'DNS:localhost' });
		const user = 'crosslink';
		const mail = await startSmtp({ certificate, login: { user, password: CHANNEL_SECRETS.smtpPassword } });
		const connection = {
			...{ host: 'localhost', port: String(mail.port), security: 'starttls', authentication: 'password', user },
			...{ password: CHANNEL_SECRETS.smtpPassword, from: 'crosslink@example.com', ca: authority.certificate },
		};
		channels.push({
			...{ tenant: 'by-login', integration: 'email', mode: 'onprem', to: 'ann@example.org', connection },
			wrong: { ...connection, password: `${connection.password}x` },
			refuse: () => void mail.faults.push({ at: 'data', code: 554 }),
		});
		stops.push(
			async () => await mail.stop(),
			async () => await workshop.close(),
		);
	}
	return { channels, stop: async () => void (await Promise.all(stops.map((stop) => stop()))) };
}
