import { sap } from '../../../lib/adapters/sap';
import { conformance } from '../kit';
import { startSapHarness } from './sap-harness';
import { describeSap, MODES } from './sap-site';

describeSap('SAP', () => {
	// SAP's records are made by commands, never by sync.
	for (const mode of MODES) conformance(`SAP (${mode})`, sap[mode], () => startSapHarness(mode), { writes: false });
});
