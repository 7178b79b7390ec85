import { mount } from 'svelte';
import App from './App.svelte';
import { connect } from './client.ts';
import './theme/fonts.css';
import './theme/tokens.css';
import './theme/base.css';

const target = document.getElementById('app');
if (!target) throw new Error('The page has no place for the app.');
mount(App, { target, props: { line: connect() } });
