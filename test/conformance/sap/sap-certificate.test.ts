import { request } from 'node:https';
import type { HttpClient } from '../../../lib/transport/http';
import { canMakeCertificates, openWorkshop, type Workshop } from '../../servers/certificates';
import { describeSap, failureOf, orderRequest, power, startSapSite } from './sap-site';

/** Node's own client with the certificates of the connection, as n8n's helper has them. */
const overTls: HttpClient = async ({ method, url, headers, body, network, signal }) =>
	await new Promise((resolve, reject) => {
		const call = request(url, { method, headers, signal, ...network?.tls }, (answer) => {
			const parts: Buffer[] = [];
			answer.on('data', (part: Buffer) => parts.push(part));
			answer.on('end', () => {
				const flat = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
				const setCookies = answer.headers['set-cookie'] ?? [];
				resolve({
					status: answer.statusCode ?? 0,
					headers: Object.fromEntries(flat),
					setCookies,
					body: Buffer.concat(parts),
				});
			});
		});
		call.on('error', reject).end(body);
	});

describeSap('SAP with a client certificate', () => {
	let workshop: Workshop;
	beforeAll(async () => {
		workshop = await openWorkshop();
	});
	afterAll(async () => await workshop.close());

	(canMakeCertificates('SAP with a client certificate') ? it : it.skip)(
		'logs in by the certificate alone, and by no other',
		async () => {
			const [ours, foreign] = [await workshop.authority('sap-ca'), await workshop.authority('other-ca')];
			const server = await workshop.issue('sap', ours, { names: 'DNS:localhost,IP:127.0.0.1' });
			const client = await workshop.issue('crosslink', ours);
			const stranger = await workshop.issue('stranger', foreign);
			const { standIn, adapter } = await startSapSite('cloud', {
				tls: { cert: server.certificate, key: server.key, ca: ours.certificate },
			});
			try {
				const by = ({ certificate, key }: typeof client) =>
					adapter(
						{
							authentication: 'certificate',
							username: '',
							password: '',
							ca: ours.certificate,
							clientCertificate: certificate,
							clientKey: key,
						},
						{ http: overTls },
					);
				expect(await power(by(client), 'execute')(orderRequest('CL-1'))).toMatchObject({ externalId: '1' });
				expect(await failureOf(power(by(stranger), 'execute')(orderRequest('CL-2')))).toMatchObject({ class: 'auth' });
				expect(standIn.system.tables.of('A_SalesOrder')).toHaveLength(1);
			} finally {
				await standIn.stop();
			}
		},
	);
});
