// Style sheets are taken in by the bundler; to the compiler they have nothing to say.
declare module '*.css'
