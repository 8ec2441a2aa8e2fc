import { sap } from '../../../lib/adapters/sap';
import { conformance } from '../kit';
import { changePromises } from '../promises/changes';
import { readingPromises } from '../promises/reading';
import { startSapHarness } from './sap-harness';
import { describeSap, MODES } from './sap-site';

describeSap('SAP', () => {
	for (const mode of MODES) {
		conformance(`SAP (${mode})`, sap[mode], () => startSapHarness(mode), [readingPromises, changePromises]);
	}
});
