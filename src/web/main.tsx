import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { ExchangeProvider } from './data/exchange.tsx'
import './theme.css'

const place = document.getElementById('root')
if (place === null) throw new Error('index.html has no #root')
createRoot(place).render(
  <StrictMode>
    <ExchangeProvider>
      <App />
    </ExchangeProvider>
  </StrictMode>,
)
