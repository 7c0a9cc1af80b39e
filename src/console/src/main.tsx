import '@fontsource-variable/inter/index.css'
import './theme/tokens.css'
import './theme/base.css'
import './theme/theme.ts'
import { CSPProvider } from '@base-ui/react/csp-provider'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queryClient } from './api/query-client.ts'
import { App } from './app.tsx'
import { Toasts } from './components/toasts.tsx'

const root = document.getElementById('root')
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      {/* The content security policy allows no style element. */}
      <CSPProvider disableStyleElements>
        <QueryClientProvider client={queryClient}>
          <App />
          <Toasts />
        </QueryClientProvider>
      </CSPProvider>
    </StrictMode>
  )
}
