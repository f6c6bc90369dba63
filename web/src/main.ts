/** Composition root of the page. */
import './look/tokens.css';
import './look/page.css';
import { mount } from 'svelte';
import Door from './Door.svelte';
import { install } from './state/installed';

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no element with the id "app"');
mount(Door, { target });
install();
