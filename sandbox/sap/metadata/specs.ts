import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { addLaterRelease } from './later-release';
import { billingModel } from './billing';
import type { ServiceModel } from './model';
import { readEdmx } from './read-edmx';

/** Moves the folder with the vendors' specifications; otherwise it is looked for beside the checkout. */
const VARIABLE = 'CROSSLINK_SPECS';
const NEEDED = ['API_SALES_ORDER_SRV.edmx', 'API_BUSINESS_PARTNER.edmx', 'API_SALES_ORDER_SRV.openapi.json'];

/** The folder with SAP's own metadata, which is no part of this project; undefined where it is not there. */
export function findSapSpecs(): string | undefined {
	const candidates: string[] = [];
	if (process.env[VARIABLE]) candidates.push(join(process.env[VARIABLE], 'sap'));
	for (let folder = process.cwd(); ; folder = dirname(folder)) {
		candidates.push(join(folder, 'shared', 'specs', 'sap'));
		if (dirname(folder) === folder) break;
	}
	return candidates.find((folder) => NEEDED.every((file) => existsSync(join(folder, file))));
}

/**
 * The three services, built from the official files.
 * @param release `2020` has no document flow, `2402` has
 */
export function loadModels(folder: string, release: '2020' | '2402'): ServiceModel[] {
	const read = (file: string) => readFileSync(join(folder, file), 'utf8');
	const orders = readEdmx(read('API_SALES_ORDER_SRV.edmx'));
	if (release === '2402') {
		addLaterRelease(
			orders,
			JSON.parse(read('API_SALES_ORDER_SRV.openapi.json')) as Parameters<typeof addLaterRelease>[1],
		);
	}
	return [orders, readEdmx(read('API_BUSINESS_PARTNER.edmx')), billingModel()];
}
