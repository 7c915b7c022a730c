import { EfficiencyPanel } from './efficiency-panel.tsx'
import { FixingPanel } from './fixing-panel.tsx'
import { GdpPanel } from './gdp-panel.tsx'
import { IndexPanels } from './index-panel.tsx'
import { IntelligencePanel } from './intelligence-panel.tsx'
import { useFollowedPrints, useIndices } from './queries.ts'

/** Everything the market says of itself: fixings, indices, Machine GDP, efficiency spreads. */
export function Indices() {
  useFollowedPrints()
  const { data: now } = useIndices()
  return (
    <div className="flex flex-col gap-3 p-3">
      <header className="flex flex-wrap items-baseline gap-x-4">
        <h1 className="text-lg font-semibold">Indices</h1>
        {now && (
          <p className="text-xs text-faint">
            Closed hours until {now.end.slice(0, 16).replace('T', ' ')} UTC.{' '}
            {now.pace === 1 ? 'An hour is an hour.' : `Sample pace: ${now.pace} hours pass in one.`}
          </p>
        )}
      </header>
      <IndexPanels now={now} />
      <div className="grid gap-3 xl:grid-cols-2">
        <FixingPanel />
        <GdpPanel />
      </div>
      <IntelligencePanel />
      <EfficiencyPanel />
    </div>
  )
}
