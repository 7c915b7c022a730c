/** What the page is built on and owes a mention to. */
export function Footer() {
  return (
    <footer className="mt-auto flex flex-wrap gap-x-5 gap-y-1 border-t border-line px-4 py-3 text-xs text-faint">
      <a href="/openapi.json" className="underline underline-offset-2 hover:text-ink">
        OpenAPI
      </a>
      <span>
        Price charts:{' '}
        <a
          href="https://www.tradingview.com/"
          className="underline underline-offset-2 hover:text-ink"
          rel="noreferrer"
        >
          TradingView Lightweight Charts™
        </a>
        , Copyright © 2025 TradingView, Inc., Apache 2.0. Depth charts: uPlot, MIT.
      </span>
    </footer>
  )
}
