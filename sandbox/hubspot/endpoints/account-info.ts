import type { Endpoint } from '../http/endpoint';
import { DATED_VERSION } from '../http/endpoint';

/** Who is this account? Every valid token may ask. */
export const accountInfoEndpoints: Endpoint[] = [
	{
		method: 'GET',
		paths: [`/account-info/${DATED_VERSION}/details`, '/account-info/v3/details'],
		handle: (call) => ({
			status: 200,
			body: {
				portalId: call.state.portalId,
				accountType: 'STANDARD',
				timeZone: 'Europe/Berlin',
				companyCurrency: 'EUR',
				additionalCurrencies: ['USD', 'GBP', 'CHF'],
				utcOffset: '+01:00',
				utcOffsetMilliseconds: 3_600_000,
				uiDomain: 'app.hubspot.com',
				dataHostingLocation: 'eu1',
			},
		}),
	},
];
