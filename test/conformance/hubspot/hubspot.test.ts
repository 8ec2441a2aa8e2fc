import { hubSpot } from '../../../lib/adapters/hubspot';
import { conformance } from '../kit';
import { startHubSpotHarness } from './hubspot-harness';

conformance('HubSpot', hubSpot, () => startHubSpotHarness());
